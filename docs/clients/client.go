// SPDX-License-Identifier: LGPL-2.1-or-later

// A client of nsctld's socket, and a program that shows it: calls, errors, several replies, descriptors.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"os"
	"syscall"
)

// Client is a connection. Each call is sent alone, and its replies are read before the next one.
type Client struct {
	socket *net.UnixConn
	reader *bufio.Reader
}

// Refusal is an error that the daemon answers. Its name is such as org.nsctl.NotFound.
type Refusal struct {
	Name       string
	Parameters json.RawMessage
}

func (refusal *Refusal) Error() string {
	return refusal.Name + " " + string(refusal.Parameters)
}

// Connect connects to the socket that NSCTL_SOCKET names, or to the usual one.
func Connect() (*Client, error) {
	path := os.Getenv("NSCTL_SOCKET")
	if path == "" {
		path = "/run/nsctl/socket"
	}
	socket, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	// descriptors that come with replies are not wanted: the kernel closes them
	return &Client{socket, bufio.NewReader(socket)}, nil
}

// send sends a call. Fields whose names end in FileDescriptor are indices into descriptors.
func (client *Client) send(method string, parameters any, more bool, descriptors []int) error {
	data, err := json.Marshal(map[string]any{
		"method": "org.nsctl." + method, "parameters": parameters, "more": more})
	if err != nil {
		return err
	}
	var rights []byte
	if len(descriptors) > 0 {
		rights = syscall.UnixRights(descriptors...)
	}
	data = append(data, 0)
	sent, _, err := client.socket.WriteMsgUnix(data, rights, nil)
	if err == nil {
		_, err = client.socket.Write(data[sent:])
	}
	return err
}

// receive writes the parameters of the next reply to ret, and returns whether more replies follow.
func (client *Client) receive(ret any) (bool, error) {
	message, err := client.reader.ReadBytes(0)
	if err != nil {
		return false, err
	}
	var reply struct {
		Error      string
		Parameters json.RawMessage
		Continues  bool
	}
	if err := json.Unmarshal(message[:len(message)-1], &reply); err != nil {
		return false, err
	}
	if reply.Error != "" {
		return false, &Refusal{reply.Error, reply.Parameters}
	}
	return reply.Continues, json.Unmarshal(reply.Parameters, ret)
}

// Call writes the parameters of the only reply to ret.
func (client *Client) Call(method string, parameters, ret any, descriptors ...int) error {
	if err := client.send(method, parameters, false, descriptors); err != nil {
		return err
	}
	_, err := client.receive(ret)
	return err
}

// Replies calls each for every reply, whose parameters are in ret then.
func (client *Client) Replies(method string, parameters, ret any, each func(), descriptors ...int) error {
	err := client.send(method, parameters, true, descriptors)
	for continues := true; err == nil && continues; {
		continues, err = client.receive(ret)
		if err == nil {
			each()
		}
	}
	return err
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	client, err := Connect()
	check(err)
	events, err := Connect()
	check(err)
	var status struct{ Version string }
	check(client.Call("GetStatus", struct{}{}, &status))
	fmt.Println("version", status.Version)
	var nothing struct{}
	if refusal, is := client.Call("Get", map[string]string{"name": "no-such-set"}, &nothing).(*Refusal); is {
		var of struct{ Name string }
		check(json.Unmarshal(refusal.Parameters, &of))
		fmt.Println("error", refusal.Name, of.Name)
	}
	// the set ends with this connection, if it is not removed before
	spec := map[string]any{"namespaces": []string{"uts"}, "lease": map[string]bool{"connection": true}}
	check(client.Call("Create", map[string]any{"name": "client-go", "spec": spec}, &nothing))
	fmt.Println("created client-go")
	var told struct{ Events []struct{ What string } }
	check(events.send("Monitor", map[string]string{"set": "client-go"}, true, nil))
	_, err = events.receive(&told) // the state, which comes first
	check(err)
	echo := map[string]any{"name": "client-go", "command": []string{"echo", "hello"}, "stdoutFileDescriptor": 0}
	var exec struct{ ExitStatus *int }
	check(client.Replies("Exec", echo, &exec, func() {
		if exec.ExitStatus == nil {
			fmt.Println("started")
		} else {
			fmt.Println("ended", *exec.ExitStatus)
		}
	}, 1))
	check(client.Call("Remove", map[string]string{"name": "client-go"}, &nothing))
	for removed := false; !removed; {
		_, err = events.receive(&told)
		check(err)
		for _, event := range told.Events {
			removed = removed || event.What == "setRemoved"
		}
	}
	fmt.Println("event setRemoved")
}
