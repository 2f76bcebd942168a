import { VALUES } from './values';

/*
 * What a listing prints of an extension, and what iptables-save prints of the same, side by side. In both:
 *   {name}         a value; what it looks like and how it is saved is said on the listed side: {name:kind}
 *   {name=other}   on the saved side: `other` where the listing did not print the value
 *   {!name}        "!", where the listing has one; without a name where there is but one
 *   [ … ]          may be absent; saved where all values in it are known
 *   [flag| … ]     may be absent; saved where the listing has the part with this flag, [!flag| … ] where it has not
 * and on the listed side " " is one or more blanks, "~" none or more, "\" takes the next character as it is.
 */

type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'exact'; readonly text: string }
  | { readonly kind: 'value'; readonly name: string; readonly type: string; readonly otherwise: string | undefined }
  | { readonly kind: 'not'; readonly name: string }
  | { readonly kind: 'part'; readonly flag: string | undefined; readonly absent: boolean; readonly nodes: Node[] };

/** The words of one extension: found in a listing by `listed`, printed by `save` as options, with a blank before each. */
export interface Phrase {
  readonly listed: RegExp;
  save(found: Groups): string;
}

export type Groups = Readonly<Partial<Record<string, string>>>;

export function compile(listed: string, saved: string): Phrase {
  const nodes = parse(listed);
  const kinds = new Map<string, string>();
  const pattern = new RegExp(source(nodes, kinds) + END, 'y');
  const output = parse(saved);
  return {
    listed: pattern,
    save: (found) => {
      const text = print(output, found, kinds) ?? '';
      return text === '' || text.startsWith(' ') ? text : ` ${text}`;
    },
  };
}

/** A few print no blank before themselves. */
const END = '(?=\\s|$|match bpf |src-pfx )';

const TOKEN = /\\(.)|\{(!?)(\w*)(?::(\w+))?(?:=(\w+))?\}|\[(?:(!?)(\w+)\|)?|\]/g;

function parse(template: string): Node[] {
  const stack: Node[][] = [[]];
  const add = (node: Node): void => void stack.at(-1)?.push(node);
  let at = 0;
  for (const token of template.matchAll(TOKEN)) {
    if (token.index > at) add({ kind: 'text', text: template.slice(at, token.index) });
    at = token.index + token[0].length;
    const [all, escaped, not, name = '', type = 'word', otherwise, absent, flag] = token;
    if (escaped !== undefined) add({ kind: 'exact', text: escaped });
    else if (all === ']') stack.pop();
    else if (all.startsWith('[')) {
      const nodes: Node[] = [];
      add({ kind: 'part', flag, absent: absent === '!', nodes });
      stack.push(nodes);
    } else add(not === '!' ? { kind: 'not', name: `not${name}` } : { kind: 'value', name, type, otherwise });
  }
  if (at < template.length) add({ kind: 'text', text: template.slice(at) });
  return stack[0] ?? [];
}

function source(nodes: readonly Node[], kinds: Map<string, string>): string {
  let regex = '';
  for (const node of nodes) {
    if (node.kind === 'exact') regex += literal(node.text);
    else if (node.kind === 'text') regex += literal(node.text).replace(/ /g, '\\s+').replace(/~/g, '\\s*');
    else if (node.kind === 'not') regex += `(?<${node.name}>!\\s*)?`;
    else if (node.kind === 'part')
      regex += `(${node.flag === undefined ? '?:' : `?<${node.flag}>`}${source(node.nodes, kinds)})?`;
    else {
      kinds.set(node.name, node.type);
      regex += `(?<${node.name}>${VALUES[node.type]?.pattern ?? '\\S+'})`;
    }
  }
  return regex;
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** Undefined where a value is not known. */
function print(nodes: readonly Node[], found: Groups, kinds: ReadonlyMap<string, string>): string | undefined {
  let text = '';
  for (const node of nodes) {
    if (node.kind === 'text' || node.kind === 'exact') text += node.text;
    else if (node.kind === 'not') text += found[node.name] === undefined ? '' : '! ';
    else if (node.kind === 'part') {
      const wanted = node.flag === undefined || (found[node.flag] === undefined) === node.absent;
      if (wanted) text += print(node.nodes, found, kinds) ?? '';
    } else {
      const listed = found[node.name];
      const save = VALUES[kinds.get(node.name) ?? '']?.save;
      const value = listed === undefined ? node.otherwise : save ? save(listed) : listed;
      if (value === undefined) return undefined;
      text += value;
    }
  }
  return text;
}
