/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The names of nodes come from the daemon, which allows no quotes in them; the text is escaped
 * nevertheless, because an interface has any printable name.
 */
#include "client/verbs.h"

#include <sys/mman.h>

#include "client/ends.h"
#include "client/memory.h"
#include "client/print.h"
#include "client/program.h"
#include "client/show.h"
#include "client/take.h"

static const struct option_row graph_options[] = {
	OPTION("format", 0, "text|dot|mermaid|svg",
	       "draw with boxes of characters (the default), for graphviz, for Markdown, or as a "
	       "picture (needs dot)",
	       FILLS("format", take_word)),
	OPTION("all-owners", 0, NULL, "draw the sets and networks of all users that you may see",
	       FILLS("allOwners", take_true)),
	{0},
};

/* The objects to draw, and the drawing. */
struct graph {
	bool all_owners;
	json_t *sets, *networks, *links;
	struct text out;
};

/* Appends the key of a node: "web", "net/lan", "host", with the owner if there are several. */
static void add_key(struct text *text, const struct graph *graph, const json_t *owner,
		    const char *prefix, const char *name)
{
	if (graph->all_owners && strcmp(name, "host") != 0)
		text_format(text, "%" JSON_INTEGER_FORMAT "/", json_integer_value(owner));
	text_format(text, "%s%s", prefix, name);
}

static void add_end_key(struct text *text, const struct graph *graph, const json_t *link,
			const json_t *end)
{
	add_key(text, graph, json_object_get(link, "owner"),
		json_text(end, "network", NULL) ? "net/" : "", ends_name(end));
}

/* Appends an end as its node shows it: "eth0 10.8.0.2/24 (delay=20ms)". */
static void add_end(struct text *text, const json_t *end)
{
	_cleanup_text_ struct text addresses = {0}, impairment = {0}, state = {0};

	text_add(text, json_text(end, "interface", ""));
	text_join(&addresses, json_object_get(end, "addresses"));
	if (addresses.used > 0)
		text_format(text, "%s%s", json_text(end, "interface", NULL) ? " " : "",
			    addresses.data);
	if (ends_add_impairment(&impairment, end))
		text_format(text, " (%s)", impairment.data);
	if (ends_add_state(&state, end))
		text_format(text, " (%s)", state.data);
}

/* --- text --- */

/* The characters of a drawing. */
static const struct style {
	const char *top_left, *top_right, *bottom_left, *bottom_right, *flat, *upright, *down;
	const char *branch, *last, *arm;
} unicode = {"┌", "┐", "└", "┘", "─", "│", "┬", "├─ ", "└─ ", " ── "},
  ascii = {"+", "+", "+", "+", "-", "|", "+", "|- ", "`- ", " -- "};

/* Draws a box around the title. open: branches begin below it. */
static void draw_box(struct text *out, const struct style *style, const char *title, bool open)
{
	_cleanup_text_ struct text escaped = {0};
	size_t width = text_escape(&escaped, title) + 2;

	text_add(out, style->top_left);
	for (size_t i = 0; i < width; i++)
		text_add(out, style->flat);
	text_format(out, "%s\n%s %s %s\n%s", style->top_right, style->upright, escaped.data,
		    style->upright, style->bottom_left);
	for (size_t i = 0; i < width; i++)
		text_add(out, i == 1 && open ? style->down : style->flat);
	text_format(out, "%s\n", style->bottom_right);
}

/* Draws the branch of a link: its end here, and where its other end is. */
static void draw_branch(struct graph *graph, const struct style *style, const json_t *link,
			const json_t *here, const json_t *there, bool last)
{
	_cleanup_text_ struct text end = {0}, other = {0}, line = {0};

	add_end(&end, here);
	add_end_key(&other, graph, link, there);
	if (json_text(there, "interface", NULL))
		text_format(&other, ":%s", json_text(there, "interface", ""));
	text_format(&line, "%s%s%s", end.used > 0 ? end.data : "", end.used > 0 ? style->arm : "",
		    other.data);
	text_format(&graph->out, "  %s", last ? style->last : style->branch);
	text_escape(&graph->out, line.data);
	text_add(&graph->out, "\n");
}

/* Draws a node and its links. */
static void draw_node(struct graph *graph, const char *key, const char *title)
{
	const struct style *style = print_has_unicode() ? &unicode : &ascii;
	size_t i, n = 0, drawn = 0;

	/* counts the ends at this node first, to know the last one */
	for (int pass = 0; pass < 2; pass++) {
		json_t *link;

		if (pass == 1)
			draw_box(&graph->out, style, title, n > 0);
		json_array_foreach(graph->links, i, link) {
			const json_t *ends[] = {json_object_get(link, "a"),
						json_object_get(link, "b")};

			for (size_t side = 0; side < ARRAY_SIZE(ends); side++) {
				_cleanup_text_ struct text at = {0};

				add_end_key(&at, graph, link, ends[side]);
				if (strcmp(at.data, key) != 0)
					continue;
				if (pass == 0)
					n++;
				else
					draw_branch(graph, style, link, ends[side], ends[!side],
						    ++drawn == n);
			}
		}
	}
}

static void node_text(struct graph *graph, const char *key, const char *title, const char *detail,
		      bool is_network _unused_)
{
	_cleanup_text_ struct text text = {0};

	text_format(&text, "%s%s%s", title, *detail ? "  " : "", detail);
	draw_node(graph, key, text.data);
}

/* --- dot and mermaid --- */

/* The text that replaces a character within quotes. The last row is {0}. */
struct stand_in {
	char character;
	const char *text;
};

static const struct stand_in in_dot[] = {{'"', "'"}, {'\\', "\\\\"}, {0}};
static const struct stand_in in_mermaid[] = {{'"', "#quot;"}, {'<', "#lt;"}, {'>', "#gt;"},
					     {'&', "#amp;"},  {'#', "#35;"}, {0}};

/* Appends text, which other users may have chosen, for a string in quotes. */
static void add_quoted(struct text *out, const char *text, const struct stand_in *stand_ins)
{
	_cleanup_text_ struct text escaped = {0};

	text_escape(&escaped, text);
	for (const char *at = escaped.data; *at; at++) {
		const struct stand_in *row = stand_ins;

		while (row->character && row->character != *at)
			row++;
		if (row->character)
			text_add(out, row->text);
		else
			text_bytes(out, at, 1);
	}
}

static void node_dot(struct graph *graph, const char *key, const char *title, const char *detail,
		     bool is_network)
{
	text_add(&graph->out, "\t\"");
	add_quoted(&graph->out, key, in_dot);
	text_format(&graph->out, "\" [shape=%s, label=\"", is_network ? "ellipse" : "box");
	add_quoted(&graph->out, title, in_dot);
	text_format(&graph->out, "%s", *detail ? "\\n" : "");
	add_quoted(&graph->out, detail, in_dot);
	text_add(&graph->out, "\"]\n");
}

/* Appends a key as an id of mermaid, where some words and signs have meanings of their own. */
static void add_id(struct text *out, const char *key)
{
	text_add(out, "n_");
	for (; *key; key++)
		if ((*key >= 'a' && *key <= 'z') || (*key >= '0' && *key <= '9'))
			text_bytes(out, key, 1);
		else
			text_format(out, "_%02x", (unsigned char)*key);
}

static void node_mermaid(struct graph *graph, const char *key, const char *title,
			 const char *detail, bool is_network)
{
	text_add(&graph->out, "  ");
	add_id(&graph->out, key);
	text_format(&graph->out, "%s\"", is_network ? "([" : "[");
	add_quoted(&graph->out, title, in_mermaid);
	text_format(&graph->out, "%s", *detail ? "<br>" : "");
	add_quoted(&graph->out, detail, in_mermaid);
	text_format(&graph->out, "\"%s\n", is_network ? "])" : "]");
}

/* Appends a link: for dot with a label at each end, for mermaid with one for both. */
static void add_link(struct graph *graph, const json_t *link, bool dot)
{
	const json_t *a = json_object_get(link, "a"), *b = json_object_get(link, "b");
	_cleanup_text_ struct text from = {0}, to = {0}, tail = {0}, head = {0};

	add_end_key(&from, graph, link, a);
	add_end_key(&to, graph, link, b);
	add_end(&tail, a);
	add_end(&head, b);
	if (dot) {
		text_format(&graph->out, "\t\"%s\" -- \"%s\" [taillabel=\"", from.data, to.data);
		add_quoted(&graph->out, tail.data, in_dot);
		text_add(&graph->out, "\", headlabel=\"");
		add_quoted(&graph->out, head.used > 0 ? head.data : "", in_dot);
		text_add(&graph->out, "\"]\n");
		return;
	}
	text_add(&graph->out, "  ");
	add_id(&graph->out, from.data);
	text_add(&graph->out, " ---");
	if (tail.used + head.used > 0) {
		text_add(&graph->out, "|\"");
		add_quoted(&graph->out, tail.data, in_mermaid);
		text_add(&graph->out, tail.used > 0 && head.used > 0 ? " / " : "");
		add_quoted(&graph->out, head.used > 0 ? head.data : "", in_mermaid);
		text_add(&graph->out, "\"|");
	}
	text_add(&graph->out, " ");
	add_id(&graph->out, to.data);
	text_add(&graph->out, "\n");
}

/* --- all formats --- */

typedef void node_function(struct graph *graph, const char *key, const char *title,
			   const char *detail, bool is_network);

/* Returns true if a link has an end on the host. */
static bool has_host(const struct graph *graph)
{
	json_t *link;
	size_t i;

	json_array_foreach(graph->links, i, link) {
		if (json_is_true(json_object_get(json_object_get(link, "a"), "host")) ||
		    json_is_true(json_object_get(json_object_get(link, "b"), "host")))
			return true;
	}
	return false;
}

static void add_nodes(struct graph *graph, node_function *node)
{
	json_t *object;
	size_t i;

	json_array_foreach(graph->networks, i, object) {
		_cleanup_text_ struct text key = {0}, subnets = {0};

		add_key(&key, graph, json_object_get(object, "owner"), "net/",
			json_text(object, "name", "?"));
		text_add(&subnets, "");
		text_join(&subnets, json_object_get(object, "subnets"));
		node(graph, key.data, key.data, subnets.data, true);
	}
	json_array_foreach(graph->sets, i, object) {
		_cleanup_text_ struct text key = {0};
		const char *state = show_state(object);

		add_key(&key, graph, json_object_get(object, "owner"), "",
			json_text(object, "name", "?"));
		node(graph, key.data, key.data, strcmp(state, "ready") == 0 ? "" : state, false);
	}
	if (has_host(graph))
		node(graph, "host", "host", "", false);
}

static void draw(struct graph *graph, const char *format)
{
	bool dot = strcmp(format, "dot") == 0 || strcmp(format, "svg") == 0;
	json_t *link;
	size_t i;

	text_add(&graph->out, "");
	if (strcmp(format, "text") == 0) {
		add_nodes(graph, node_text);
		return;
	}
	text_add(&graph->out, dot ? "graph nsctl {\n" : "flowchart LR\n");
	add_nodes(graph, dot ? node_dot : node_mermaid);
	json_array_foreach(graph->links, i, link) {
		add_link(graph, link, dot);
	}
	text_add(&graph->out, dot ? "}\n" : "");
}

/* Lets dot(1) make a picture of the text. Returns 0, or an exit status after reporting an error. */
static int make_picture(const struct client *client, const struct text *text)
{
	static char dot[] = "dot", svg[] = "-Tsvg";
	_cleanup_fd_ int fd = memfd_create("nsctl-graph", 0);
	_cleanup_free_ char *output = NULL;
	char path[32];
	char *const argv[] = {dot, svg, path, NULL};
	int status;

	if (fd < 0 || write(fd, text->data, text->used) != (ssize_t)text->used)
		return client_problem(client, NULL, "%s", strerror(errno));
	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	output = program_output(argv, false, &status);
	if (!output || status != 0) {
		client_problem(client, NULL,
			       status == -1 ? "svg needs dot, which is not installed"
					    : "dot failed");
		print_hint("dot is in the package graphviz; --format=text, dot and mermaid need "
			   "nothing");
		return STATUS_FAILED;
	}
	fputs(output, stdout);
	return 0;
}

/* Gets a list. Returns 0 and *ret, or an exit status after reporting the failure. */
static int get(struct client *client, const char *method, const char *key, bool all, bool summary,
	       json_t **ret)
{
	_cleanup_json_ json_t *reply = NULL, *parameters = must(json_object());
	int r;

	if (all)
		json_put(parameters, "allOwners", json_true());
	if (summary)
		json_put(parameters, "summary", json_true());
	r = client_call_joined(client, NULL, method, json_incref(parameters), NULL, NULL, &reply);
	*ret = json_incref(json_object_get(reply, key));
	return r;
}

static int graph_run(struct client *client, struct options *options)
{
	const char *format = json_text(options->parameters, "format", "text");
	bool all = json_object_get(options->parameters, "allOwners");
	struct graph graph = {.all_owners = all};
	int r;

	if (client->json || client->has_owner)
		return options_wrong(client, "--json and --owner are not for drawings: use "
					     "--format, or --all-owners");
	r = get(client, "org.nsctl.List", "summaries", all, true, &graph.sets);
	if (r == 0)
		r = get(client, "org.nsctl.ListNetworks", "networks", all, false, &graph.networks);
	if (r == 0)
		r = get(client, "org.nsctl.ListLinks", "links", all, false, &graph.links);
	if (r == 0)
		draw(&graph, format);
	if (r == 0 && strcmp(format, "svg") == 0)
		r = make_picture(client, &graph.out);
	else if (r == 0)
		fputs(graph.out.data, stdout);
	json_decref(graph.sets);
	json_decref(graph.networks);
	json_decref(graph.links);
	text_done(&graph.out);
	return r;
}

/* clang-format off */
const struct verb graph_verbs[] = {
	{"graph", NULL, "[OPTIONS]",
	 "Draws your sets and networks, and the links between them\n"
	 "Below each box are its ends of links: the interface, its addresses, its impairments, "
	 "and where the other end is",
	 0, 0, 0, graph_run, {graph_options},
	 .page = "nsctl-network",
	 .examples =
		"nsctl graph\n"
		"nsctl graph --format=svg >lab.svg"},
	{0},
};
/* clang-format on */
