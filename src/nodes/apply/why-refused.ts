import type { Operation } from '../../core/plan/operation';
import { splitWords } from '../../core/netfilter/words';
import { tableLines } from './canonical';
import { subjectOf } from './describe';

/**
 * Why an operation is not sent to a node, whoever made it; undefined where it may be. No text of it can become a command:
 * this is about what programs would take for an option of theirs, and about what could not be taken back.
 */
export function whyRefused(operation: Operation): string | undefined {
  const reason = reasonOf(operation);
  return reason === undefined ? undefined : `${subjectOf(operation)}: ${reason}`;
}

function reasonOf(operation: Operation): string | undefined {
  const nul = JSON.stringify(operation).includes('\\u0000') ? 'a NUL cannot be brought to a node' : undefined;
  if (nul !== undefined) return nul;
  switch (operation.kind) {
    case 'rule':
      return (
        notOneLine([...operation.does, ...operation.undoes, ...operation.before, ...operation.after]) ??
        iptablesWords(operation.does, operation.chain) ??
        iptablesWords(operation.undoes, operation.chain) ??
        same(operation.before, operation.after)
      );
    case 'table':
      return tableText(operation.after, operation.table) ?? tableText(operation.before, operation.table);
    case 'route':
    case 'policy-rule':
      return (
        notOneLine([
          ...operation.does,
          ...operation.undoes,
          ...operation.removes,
          ...operation.adds,
          operation.table,
        ]) ??
        ipWords(operation.does) ??
        ipWords(operation.undoes) ??
        (/^[\w.-]+$/.test(operation.table) ? undefined : 'its table has no such name') ??
        (operation.adds.length + operation.removes.length === 0 ? 'it changes nothing' : undefined)
      );
    case 'sysctl': {
      const { key, before, after } = operation;
      if (!/^net\.[\w.:@/-]+$/.test(key) || key.includes('..') || key.includes('//')) return 'it is no key below net';
      return notOneLine([before, after]) ?? same(before, after);
    }
    case 'file': {
      const { path, before, after } = operation;
      if (!/^\/(?!proc\/|sys\/|dev\/)/.test(path) || /[\u0000-\u001f\u007f]|\/\.\.?(\/|$)|\/$|\/\//.test(path))
        return 'it is not the plain path of a file';
      return same(before, after);
    }
    case 'etcd': {
      const { key, endpoints, before, after } = operation;
      if (!/^\/[^\u0000-\u001f]*$/.test(key)) return 'it does not begin with a slash';
      if (endpoints.length === 0 || !endpoints.every((one) => /^https?:\/\/[\w.:[\]-]+$/.test(one)))
        return 'its endpoints are not http://HOST:PORT';
      return same(before, after);
    }
    case 'config-map': {
      const { namespace, name, entry, before, after } = operation;
      if (![namespace, name, entry].every((one) => /^[a-zA-Z0-9_.][\w.-]*$/.test(one))) return 'it has no such name';
      if (Buffer.byteLength(JSON.stringify(after)) > 100_000) return 'it is too long for an argument of kubectl';
      return same(before, after);
    }
    case 'restart':
      return (
        notOneLine(operation.argv) ??
        (/^[\w./][\w./-]*$/.test(operation.argv[0] ?? '') ? undefined : 'its restart does not begin with a program')
      );
  }
}

function same(before: unknown, after: unknown): string | undefined {
  return JSON.stringify(before) === JSON.stringify(after) ? 'it changes nothing' : undefined;
}

function notOneLine(words: readonly string[]): string | undefined {
  return words.some((word) => /[\u0000-\u001f\u007f]/.test(word)) ? 'control characters are not allowed' : undefined;
}

/**
 * iptables takes options together (`-vM/bin/sh`) and abbreviated (`--modp=/bin/sh`): this one names a program that it runs,
 * and --table would lead to another table (iptables(8)).
 */
const FOREIGN_OPTION = /^-[^-].|^-[Mt]$|^--modp|^--mod?(=|$)|^--t(a(b(le?)?)?)?(=|$)/;

function iptablesWords(words: readonly string[], chain: string): string | undefined {
  const [verb = '', at = ''] = words;
  if (!/^-[AIDR]$/.test(verb) || at !== chain || !/^[^\s-]\S{0,27}$/.test(chain))
    return 'it does not begin with -A, -I, -D or -R and its chain';
  const wrong = words.find((word) => FOREIGN_OPTION.test(word));
  return wrong === undefined ? undefined : `"${wrong}" is not allowed in a rule`;
}

function ipWords(words: readonly string[]): string | undefined {
  if (!/^(add|del|delete|replace|change|append|prepend)$/.test(words[0] ?? ''))
    return 'it does not begin with add, del or replace';
  const wrong = words.find((word) => word.startsWith('-'));
  return wrong === undefined ? undefined : `"${wrong}" is not allowed`;
}

/** iptables-restore takes whatever a command line may have; one text must not hold another table, or a command to run. */
function tableText(text: string, table: string): string | undefined {
  const lines = tableLines(text);
  if (lines.length === 0) return undefined;
  if (lines[0] !== `*${table}` || lines.at(-1) !== 'COMMIT') return `it is not from *${table} to COMMIT`;
  const wrong = lines
    .slice(1, -1)
    .find((line) => !/^(:\S+ (\S+)( \[\d+:\d+\])?|(\[\d+:\d+\] )?-A \S+( .*)?)$/.test(line));
  if (wrong !== undefined) return `"${wrong}" is neither a chain nor a rule`;
  const foreign = lines
    .slice(1, -1)
    .flatMap((line) => (line.startsWith(':') ? [] : splitWords(line).words.slice(line.startsWith('[') ? 2 : 1)))
    .find((word) => FOREIGN_OPTION.test(word.text));
  return foreign === undefined ? undefined : `"${foreign.text}" is not allowed in a rule`;
}
