/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exec, enter and run. Makes the call from the options; attach.c stays with the command.
 */
#include "client/verbs.h"

#include "client/attach.h"
#include "client/command-files.h"
#include "client/command-set.h"
#include "client/command-words.h"
#include "client/environment.h"
#include "client/memory.h"
#include "client/parse.h"
#include "client/passed.h"
#include "client/print.h"
#include "client/spec.h"
#include "client/status-file.h"
#include "client/text.h"
#include "client/with.h"
#include "protocol/kind.h"

/* The options of a command. */
struct command {
	int tty; /* -1: not given */
	bool clean_env, preserve_env;
	const char *status_file;
	int64_t seconds;    /* of --timeout; 0: none */
	json_t *parameters; /* of the call; borrowed */
	json_t *extra;	    /* the words of --env, in order */
	json_t *unset;	    /* those of --unset-env */
	struct passed passed;
	bool has_account;
	struct account account; /* of the owner of the set, if that is another user */
};

static void command_init(struct command *command, const struct options *options)
{
	*command = (struct command){.tty = -1,
				    .parameters = options->parameters,
				    .extra = must(json_array()),
				    .unset = must(json_array())};
}

static void command_done(struct command *command)
{
	json_decref(command->extra);
	json_decref(command->unset);
	users_account_done(&command->account);
}

static const struct account *command_account(const struct command *command)
{
	return command->has_account ? &command->account : NULL;
}

static json_t *command_environment(const struct command *command)
{
	const struct environment environment = {command->clean_env, command_account(command),
						command->extra, command->unset};

	return environment_make(&environment);
}

static bool has_user_name(const struct command *command)
{
	return json_object_get(command->parameters, "userName");
}

/* A user of the set's /etc/passwd gets HOME, SHELL, USER and LOGNAME from there: the caller's are
 * not passed on. */
static void take_user_name(struct command *command)
{
	static const char *const replaced[] = {"HOME", "SHELL", "USER", "LOGNAME"};

	for (size_t i = 0; has_user_name(command) && i < ARRAY_SIZE(replaced); i++)
		json_push(command->unset, json_string(replaced[i]));
}

/* Looks up the owner of the set, if that is another user: the command then gets the environment of
 * the owner's login instead of the caller's. */
static void take_account(const struct client *client, struct command *command)
{
	command->has_account =
		client->has_owner && client->owner != (int64_t)geteuid() && !command->preserve_env;
	if (command->has_account)
		users_account(client->owner, &command->account);
}

static bool is_detached(const struct command *command)
{
	return json_object_get(command->parameters, "detach");
}

/* Takes the options and counts the words. Returns 0, an exit status after reporting an error, or
 * the negative of one (options_next()). */
static int take_options(struct command *command, struct options *options)
{
	int id, r;

	while ((id = options_next(options)) > 0)
		switch (id) {
		case OPTION_TTY:
		case OPTION_NO_TTY:
			command->tty = id == OPTION_TTY;
			break;
		case OPTION_ENV:
			if (!*options->argument || *options->argument == '=')
				return options_reject(options, "K=V or K");
			json_push(command->extra, json_string_nocheck(options->argument));
			break;
		case OPTION_ENV_FILE:
			r = environment_read(options, command->extra);
			if (r != 0)
				return r;
			break;
		case OPTION_UNSET_ENV:
			json_push(command->unset, json_string_nocheck(options->argument));
			break;
		case OPTION_FD:
		case OPTION_PRESERVE_FDS:
			r = id == OPTION_FD ? passed_take(&command->passed, options)
					    : passed_take_all(&command->passed, options->client);
			if (r != 0)
				return r;
			break;
		case OPTION_TIMEOUT:
			if (!parse_duration(options->argument, &command->seconds))
				return options_reject(options,
						      "a duration (such as 90s, 15m, 2h or 1d)");
			break;
		case OPTION_CLEAN_ENV:
			command->clean_env = true;
			break;
		case OPTION_PRESERVE_ENV:
			command->preserve_env = true;
			break;
		default:
			command->status_file = options->argument;
		}
	if (id != 0)
		return id;
	take_user_name(command);
	return options_words(options);
}

/* Adds all parameters of Exec or Run that no option sets. words ends with NULL. how: NULL for a
 * detached command. Returns 0, or a status after reporting a failure. */
static int add_command(const struct client *client, const struct command *command,
		       struct attach *how, json_t *parameters, struct call_fds *fds,
		       char *const *words)
{
	struct passed passed = command->passed;
	json_t *environment = command_environment(command);
	int r;

	passed_take_named(&passed, words, environment);
	r = command_words_add(client, parameters, fds, words, environment);
	if (r == 0 && passed.n > 0)
		r = passed_add(&passed, client, parameters, fds);
	if (r != 0)
		return r;
	command_files_add_caller(parameters, fds);
	/* a command with a terminal of its own has it as stdin, stdout and stderr */
	if (command->tty <= 0)
		command_files_add_streams(client, parameters, fds, how ? &how->feed : NULL);
	return 0;
}

/*
 * Makes the call and stays with the command. parameters has the members that only this method has;
 * this function adds the others. Returns 0 with the command's status in client->status, or nsctl's
 * exit status.
 */
static int attach(struct client *client, const struct command *command, struct attach *how,
		  json_t *parameters, struct call_fds *fds, char *const *words)
{
	struct status_file file = {.path = command->status_file, .fd = -1};
	int status = -1, told, r;

	how->program = words[0];
	how->tty = command->tty > 0;
	how->seconds = command->seconds;
	r = add_command(client, command, how, parameters, fds, words);
	if (r == 0)
		r = status_file_open(client, &file);
	if (r != 0)
		return r;
	r = attach_run(client, how, parameters, fds, &status);
	told = status_file_close(client, &file, r == 0 ? status : -1);
	if (r == 0)
		client->status = status;
	return r ? r : told;
}

static int detach(struct client *client, const struct command *command, const char *name,
		  char *const *words)
{
	_cleanup_call_fds_ struct call_fds fds = {.n = 0};
	_cleanup_json_ json_t *parameters = client_named(client, name);
	_cleanup_reply_ struct message_reply reply = {0};
	const struct attach how = {.subject = name, .program = words[0]};
	int r;

	json_object_update(parameters, command->parameters);
	r = add_command(client, command, NULL, parameters, &fds, words);
	if (r == 0)
		r = client_exchange(client, name, "org.nsctl.Exec", json_incref(parameters), &fds,
				    &reply);
	if (r != 0)
		return r;
	if (reply.error)
		return attach_failed(client, &how, &reply);
	/* if stdout is a file, it gets only the command's output */
	if (command_files_is_file(STDOUT_FILENO))
		return 0;
	if (client->json)
		print_json(reply.parameters);
	else if (!client->quiet)
		print_text("%s\n", json_text(reply.parameters, "session", "?"));
	return 0;
}

static int exec_in(struct client *client, const struct command *command, const char *name,
		   char *const *words, bool try_only)
{
	_cleanup_call_fds_ struct call_fds fds = {.n = 0};
	_cleanup_json_ json_t *parameters = client_named(client, name);
	struct attach how = {.subject = name, .method = "org.nsctl.Exec", .try_only = try_only};
	int r;

	json_object_update(parameters, command->parameters);
	r = attach(client, command, &how, parameters, &fds, words);
	if (r == 0)
		command_set_tell_if_removed(client, name);
	return r;
}

/* Runs the login shell of a user of the set, which only the set's /etc/passwd names. The daemon has
 * put it into $SHELL. */
static int login_by_name(struct client *client, const struct command *command, const char *name)
{
	char *words[] = {(char *)DEFAULT_SHELL, (char *)"-c",
			 (char *)"[ -x \"$SHELL\" ] || SHELL=" DEFAULT_SHELL "; exec \"$SHELL\" -l",
			 NULL};

	return exec_in(client, command, name, words, false);
}

/* Runs a login shell: the user's or, if the set does not have it, DEFAULT_SHELL. */
static int login(struct client *client, const struct command *command, const char *name)
{
	char *words[] = {(char *)environment_shell(command_account(command)), (char *)"-l", NULL};
	bool is_default = strcmp(words[0], DEFAULT_SHELL) == 0;
	int r = exec_in(client, command, name, words, !is_default);

	if (r != COMMAND_NOT_FOUND || is_default)
		return r;
	words[0] = (char *)DEFAULT_SHELL;
	client_reconnect(client);
	return exec_in(client, command, name, words, false);
}

/* Finds the command: *ret becomes the words after NAME, without a "--" before the command. Returns
 * 0, or STATUS_USAGE after reporting an error. */
static int command_words(const struct client *client, char **words, char ***ret)
{
	const char *name = *words++;

	if (*words && strcmp(*words, "--") == 0)
		words++;
	else if (*words && **words == '-')
		return options_wrong(
			client,
			"%s: options must come before the name of the set, which is "
			"\"%s\" here; put \"--\" before a command that begins with '-'",
			*words, name);
	*ret = words;
	return 0;
}

/* The user may have forgotten the name of the set. */
static int tell_no_command(const struct options *options)
{
	_cleanup_text_ struct text usage = {0};

	options_add_usage(&usage, options->verb);
	return options_wrong(options->client,
			     "no COMMAND given: \"%s\" is the name of the set; usage: nsctl %s",
			     options->words[0], usage.data);
}

static int check(const struct client *client, const struct command *command)
{
	if (is_detached(command) && command->tty > 0)
		return options_wrong(client, "--detach and --tty cannot be combined");
	if (command->clean_env && command->preserve_env)
		return options_wrong(client, "--preserve-env and --clean-env cannot be combined");
	if (is_detached(command) && command->seconds > 0)
		return options_wrong(client, "--detach and --timeout cannot be combined: use "
					     "`nsctl kill --session=SESSION NAME`, or a lease");
	if (is_detached(command) && command->status_file)
		return options_wrong(client, "--detach and --status-file cannot be combined: use "
					     "`nsctl wait SESSION`");
	return 0;
}

/* Returns true if the command is a shell that a person is going to type into: it has options only,
 * and nsctl is on a terminal. */
static bool is_interactive_shell(char *const *words)
{
	static const char *const shells[] = {"sh", "bash", "dash", "zsh", "ksh", "fish"};
	const char *slash = strrchr(words[0], '/'), *name = slash ? slash + 1 : words[0];

	for (char *const *word = words + 1; *word; word++)
		if (**word != '-')
			return false;
	for (size_t i = 0; i < ARRAY_SIZE(shells); i++)
		if (strcmp(name, shells[i]) == 0)
			return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
			       isatty(STDERR_FILENO);
	return false;
}

/* Carries out exec or, if interactive, enter. */
static int exec_or_enter(struct client *client, struct options *options, bool interactive)
{
	_cleanup_(command_done) struct command command;
	char **words = NULL;
	const char *name;
	int r;

	command_init(&command, options);
	r = take_options(&command, options);
	if (r == 0)
		r = command_words(client, options->words, &words);
	if (r == 0)
		r = check(client, &command);
	if (r != 0)
		return r;
	name = options->words[0];
	r = options_check_text(client, name);
	if (r != 0)
		return r;
	if (!*words && (!interactive || is_detached(&command)))
		return tell_no_command(options);
	take_account(client, &command);
	if (!interactive && command.tty < 0 && !is_detached(&command) && !client->quiet &&
	    is_interactive_shell(words))
		print_hint("%s has no job control here: -t gives it a terminal of its own, and so "
			   "does `nsctl enter %s`",
			   words[0], name);
	if (command.tty < 0)
		command.tty = interactive && !is_detached(&command) && isatty(STDIN_FILENO) &&
			      isatty(STDOUT_FILENO);
	if (is_detached(&command))
		return detach(client, &command, name, words);
	if (!*words)
		return has_user_name(&command) ? login_by_name(client, &command, name)
					       : login(client, &command, name);
	return exec_in(client, &command, name, words, false);
}

static int run_exec(struct client *client, struct options *options)
{
	return exec_or_enter(client, options, false);
}

static int run_enter(struct client *client, struct options *options)
{
	return exec_or_enter(client, options, true);
}

/* Returns true for `run -C DIR`: elsewhere -C is the directory to start in. */
static bool means_chdir(const struct options *options)
{
	struct stat st;

	return options->chosen & KIND_BIT(KIND_CGROUP) && stat(options->words[0], &st) == 0 &&
	       S_ISDIR(st.st_mode);
}

/* Runs the command among the services of a topology, all of which end with it. */
static int run_with(struct client *client, const struct command *command, struct attach *how,
		    struct options *options)
{
	_cleanup_(with_done) struct with with = {.pipe_fd = -1};
	int r = with_begin(client, options, &with);

	if (r != 0)
		return r;
	how->subject = json_text(command->parameters, "name", NULL);
	how->method = with.method;
	r = attach(client, command, how, command->parameters, options->fds, options->words);
	/* a failure is reported there, and the status stays the command's */
	(void)with_end(client, &with);
	return r;
}

static int run_run(struct client *client, struct options *options)
{
	_cleanup_(command_done) struct command command;
	struct attach how = {.method = "org.nsctl.Run", .removes = true};
	int r;

	command_init(&command, options);
	r = take_options(&command, options);
	if (r != 0)
		return r;
	if (means_chdir(options))
		return options_wrong(client,
				     "%s is a directory: -C adds a cgroup namespace here; write "
				     "--chdir=%s",
				     options->words[0], options->words[0]);
	if (client->has_owner)
		return options_wrong(client, "--owner: a set belongs to the user who makes it");
	if (options->project && !options->with)
		return options_wrong(client, "--project=%s: works only with --with=FILE",
				     options->project);
	/* the command gets a terminal of its own if nsctl has one */
	if (command.tty < 0)
		command.tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	r = spec_finish(options);
	if (r != 0)
		return r;
	how.impatient = json_object_get(command.parameters, "init");
	if (options->with)
		return run_with(client, &command, &how, options);
	how.subject = json_text(command.parameters, "name", NULL);
	return attach(client, &command, &how, command.parameters, options->fds, options->words);
}

#define RUNS (VERB_FIRST_WORD_ENDS | VERB_RUNS_COMMAND | VERB_OWN_OPTIONS)

/* clang-format off */
const struct verb run_verbs[] = {
	{"run", NULL, "[OPTIONS] COMMAND...",
	 "Makes a set, runs COMMAND in it, and removes the set when COMMAND ends\n"
	 "Unless letters (-m, -p, ...) choose its namespaces, the set has all but user and "
	 "time. COMMAND has a terminal of its own if stdin and stdout are a terminal. The exit "
	 "status is COMMAND's; 125: nsctl has failed",
	 RUNS | VERB_FIRST_LETTERS, 1, WORDS_ANY, run_run,
	 {spec_options, run_command_options, run_run_options},
	 .examples =
		"nsctl run -mpnu make check\n"
		"nsctl run --job make check  # writes here only, and sees no home\n"
		"nsctl run --with=services.json make check"},
	{"exec", NULL, "[OPTIONS] NAME COMMAND...",
	 "Runs COMMAND in a set, with the stdin, stdout and stderr of nsctl\n"
	 "The exit status is COMMAND's; 125: nsctl has failed. An interactive shell needs --tty, "
	 "or nsctl enter. What COMMAND leaves running stays in the set, unless nsctl itself is "
	 "ended by a signal or loses its terminal. As a job in the background of a terminal, "
	 "COMMAND reads only while nsctl is in the foreground",
	 RUNS, 1, WORDS_ANY, run_exec, {run_command_options, run_exec_options},
	 .examples =
		"nsctl exec box ip -o addr\n"
		"nsctl exec -d box python3 -m http.server 80\n"
		"nsctl exec --user=root --chdir=/srv box ./setup"},
	{"enter", NULL, "[OPTIONS] NAME [COMMAND...]",
	 "Runs a login shell (or COMMAND) in a set, on a terminal of its own\n"
	 "It has none if stdin or stdout of nsctl is not a terminal. The exit status is that of "
	 "the shell or COMMAND; 125: nsctl has failed",
	 RUNS, 1, WORDS_ANY, run_enter, {run_command_options, run_exec_options},
	 .page = "nsctl-exec",
	 .examples =
		"nsctl enter box\n"
		"nsctl enter box top"},
	{0},
};
/* clang-format on */
