import { commandLine, quote } from './quote';

/** One command of a batch, and the same in the words of older programs, which are tried in order where it fails. */
export interface Task {
  readonly attempts: readonly (readonly string[])[];
  readonly root: boolean;
}

/** Marks of the questions whether sudo may be used. */
export const ASK_SUDO = 'sudo';
export const ASK_SUDO_COMMANDS = 'sudo-commands';

/**
 * Programs of the system come before those that a user may have put in their way. The environment is the user's or
 * sudo's otherwise.
 */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin';

/**
 * Runs commands one after the other, in the sh that POSIX describes. Standard input carries orders, a line each: `term
 * NAME` and `kill NAME` end a command with its children; the end of the input, or SIGTERM, ends everything at once. Each
 * command leads a process group of its own, and what it leaves behind is ended with it. Nothing runs when this has ended,
 * and no file is written.
 *
 * Descriptor 3 is the input; a watcher reads the orders for the command that runs. Exit code 99: told to end.
 * 137 and 143: the command was killed, so that older words are not tried.
 */
const FUNCTIONS = `
LC_ALL=C PATH=${PATH}\${PATH:+:$PATH}
export LC_ALL PATH
exec 3<&0 </dev/null
trap : TERM HUP
# Told before the command is killed, so that none begins after it.
trap ended=1 USR1
ended= apart= as=
command -v setsid >/dev/null 2>&1 && apart=setsid
mark() {
  printf '%s %s\\n' "$nonce" "$*"
  printf '%s %s\\n' "$nonce" "$*" >&2
}
signal() {
  kill -s "$1" -- "-$job" || kill -s "$1" "$job"
}
run() {
  name=$1
  shift
  mark start "$name"
  $apart $as "$@" </dev/null 3<&- &
  job=$!
  {
    trap : TERM HUP
    while read -r order; do
      case $order in
        "term $name") signal TERM ;;
        "kill $name") signal KILL ;;
      esac
    done
    kill -s USR1 "$$"
    signal KILL
    exit 0
  } <&3 >/dev/null 2>&1 3<&- &
  watcher=$!
  wait "$job"
  code=$?
  while kill -0 "$job" 2>/dev/null; do
    wait "$job"
    code=$?
  done
  kill -s KILL -- "-$job" 2>/dev/null
  mark end "$name" "$code"
  kill -s KILL "$watcher" 2>/dev/null
  wait "$watcher" 2>/dev/null
  [ -z "$ended" ] || exit 99
  case $code in
    0 | 137 | 143) return 0 ;;
    *) return 1 ;;
  esac
}
`;

/**
 * The script of a batch, for the standard input of sh. What needs root comes last: by sudo's leave in one root shell, or
 * command by command where sudo allows only some; without it as it is, for what they say then. `nonce` begins each mark.
 */
export function batchScript(nonce: string, tasks: readonly Task[]): string {
  const lines = (root: boolean): string =>
    tasks
      .map(({ attempts, root: needed }, at) =>
        needed === root ? attempts.map((argv, older) => `run ${at}.${older} ${commandLine(argv)}`).join(' || ') : '',
      )
      .filter((line) => line !== '')
      .join('\n');
  const functions = `nonce=${quote(nonce)}${FUNCTIONS}`;
  const rootLines = lines(true);
  // The braces have sh read all of it before it runs the first command, which leaves the rest of the input to the orders.
  return `{\n${functions}${lines(false)}\n${rootLines === '' ? '' : asRoot(functions, rootLines)}exit 0\n}\n`;
}

function asRoot(functions: string, lines: string): string {
  return `
functions=${quote(functions)}
lines=${quote(lines)}
if [ "$(id -u)" = 0 ]; then eval "$lines"
elif run ${ASK_SUDO} sudo -n /bin/sh -c : && [ "$code" = 0 ]; then
  sudo -n /bin/sh -c "$functions$lines
exit 0" <&3 || exit
else
  # A sudo that hangs is not asked again.
  case $code in
    137 | 143) ;;
    *) run ${ASK_SUDO_COMMANDS} sudo -n -l && [ "$code" = 0 ] && as='sudo -n' ;;
  esac
  eval "$lines"
fi
`;
}

/** How a node is told to run a script from standard input, in any login shell. */
export const SHELL = 'exec /bin/sh';
