import type { NodeConnection } from './options';
import { runRootScript } from './root-script';

/** A change of a node that is neither confirmed nor reverted, whoever has made it. */
export interface OpenChange {
  readonly id: string;
  /** Until the node takes it back; undefined where its switch is gone, and nothing does. */
  readonly secondsLeft: number | undefined;
  /** The first line of the node's journal about it: JSON, see journal.ts. */
  readonly begin: string;
}

const LIST = (mark: string): string => `{
for dir in /run/hoplens/2*/ /var/lib/hoplens/2*/; do
  [ -e "$dir/change" ] || continue
  id=\${dir%/}
  id=\${id##*/}
  echo '${mark}' begin "$id" "$(cat "$dir/begin" 2>/dev/null)"
  /bin/sh "\${dir%/}/change" status '${mark}'
done
echo '${mark}' end
exit 0
}
`;

/** What is open on a node: to be asked when it is connected to. */
export async function openChanges(connection: NodeConnection, signal: AbortSignal): Promise<OpenChange[]> {
  const found: { id: string; begin: string; secondsLeft: number | undefined }[] = [];
  await runRootScript(connection, LIST, {
    signal,
    idle: 20_000,
    onSaid: ({ word, rest }) => {
      const [first = '', second = ''] = rest.split(' ', 2);
      const last = found.at(-1);
      if (word === 'begin') found.push({ id: first, begin: rest.slice(first.length + 1), secondsLeft: undefined });
      else if (word === 'armed' && last) last.secondsLeft = Number(second);
    },
  });
  return found;
}
