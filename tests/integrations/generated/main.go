// SPDX-License-Identifier: LGPL-2.1-or-later

// Uses bindings that varlink-go-interface-generator has made of org.nsctl.varlink.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/varlink/go/varlink"
	"orgnsctl"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	ctx := context.Background()
	client, err := varlink.NewConnection(ctx, "unix:"+os.Getenv("NSCTL_SOCKET"))
	check(err)
	version, _, _, features, _, _, _, _, _, _, _, err := orgnsctl.GetStatus().Call(ctx, client)
	check(err)
	fmt.Println("version", version)
	_, err = orgnsctl.Get().Call(ctx, client, "no-such-set", nil)
	if refusal, is := err.(*orgnsctl.NotFound); is && refusal.What == "set" {
		fmt.Println("error", "org.nsctl.NotFound", refusal.Name)
	}
	name, connection := "generated", true
	kinds := []orgnsctl.NamespaceType{"uts", "net"}
	spec := orgnsctl.SetSpec{Namespaces: &kinds, Labels: &map[string]string{"by": "go"},
		Lease: &orgnsctl.Lease{Connection: &connection}}
	set, err := orgnsctl.Create().Call(ctx, client, &name, &spec, nil, nil)
	check(err)
	if set.Name == name && set.State == "ready" && features["links"] && (*set.Spec.Labels)["by"] == "go" {
		fmt.Println("created", set.Name)
	}
	receive, err := orgnsctl.List().Send(ctx, client, varlink.More, nil, nil, nil, nil, nil)
	check(err)
	for flags := uint64(varlink.Continues); flags&varlink.Continues != 0; {
		var sets []orgnsctl.Set
		sets, _, _, flags, err = receive(ctx)
		check(err)
		for _, set := range sets {
			fmt.Println("listed", set.Name)
		}
	}
	check(orgnsctl.Remove().Call(ctx, client, name, nil, nil))
	fmt.Println("removed", name)
}
