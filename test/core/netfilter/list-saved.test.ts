import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { parseListing } from '../../../src/core/netfilter/list';
import type { Ruleset } from '../../../src/core/netfilter/ruleset';
import { parseSave } from '../../../src/core/netfilter/save';

/*
 * test/fixtures/listings: rules of this project's own, loaded into a fresh network namespace by iptables 1.8.9 (nft and
 * legacy) and printed by it: NAME.save.txt by `iptables-save -c`, and by `iptables -t T -L` of all tables, one after the
 * other, `-n -v -x --line-numbers` (exact), `-n -v` (verbose), `-v` (names) and `-n` (plain).
 */
const read = (name: string): string => readFileSync(`test/fixtures/listings/${name}.txt`, 'utf8');

type Edit = (text: string) => string;
/** The name of a hash table is not listed, and means nothing to a packet. */
const withoutNames: Edit = (text) => text.replace(/ --hashlimit-name \S+/, '');
const withoutInterfaces: Edit = (text) => withoutNames(text).replace(/( !)? -[io] \S+/g, '');
const withoutMarker: Edit = (text) => text.replace(/ -m not-listed --interfaces "[^"]*"/, '');

function textsOf(ruleset: Ruleset, edit: Edit = (text) => text): Record<string, string[]> {
  const texts: Record<string, string[]> = {};
  for (const table of ruleset.tables.values())
    for (const chain of table.chains.values())
      texts[`${table.name} ${chain.name} ${chain.policy ?? ''}`] = chain.rules.map((rule) => edit(rule.text));
  return texts;
}

suite('a listing says what iptables-save says of the same rules', () => {
  const cases: readonly (readonly [string, string, 4 | 6, Edit?, Edit?])[] = [
    ['v4-nft', 'exact', 4],
    ['v4-nft', 'names', 4],
    ['v4-legacy', 'verbose', 4],
    ['v4-legacy', 'plain', 4, withoutInterfaces, withoutMarker],
    ['v6-nft', 'exact', 6],
    ['v6-nft', 'plain', 6, withoutInterfaces, withoutMarker],
    ['v6-legacy', 'verbose', 6],
    ['v6-legacy', 'names', 6],
  ];
  for (const [name, style, family, expected = withoutNames, listed] of cases) {
    const dump = parseSave(read(`${name}.save`), family);
    const text = read(`${name}.${style}`);

    test(`${name}, ${style}`, () => {
      const ruleset = parseListing(text, family);
      assert.deepEqual(textsOf(ruleset, listed), textsOf(dump, expected));
      const others = ruleset.problems.filter((problem) => !problem.message.includes('no interfaces'));
      assert.deepEqual(others, []);
    });

    test(`${name}, ${style}, copied with one blank for many`, () => {
      const collapsed = text.replace(/[ \t]+/g, ' ').replace(/\n/g, '\r\n');
      assert.deepEqual(textsOf(parseListing(collapsed, family), listed), textsOf(dump, expected));
    });
  }

  test('with its counters', () => {
    const rules = (ruleset: Ruleset): unknown[] =>
      [...ruleset.tables.values()]
        .flatMap((table) => [...table.chains.values()].map((chain) => ({ table, chain })))
        .map(
          ({ table, chain }) =>
            `${table.name} ${chain.name} ${JSON.stringify(chain.rules.map((rule) => rule.counters))}`,
        )
        .sort();
    const dump = parseSave(read('v4-nft.save'), 4);
    assert.deepEqual(rules(parseListing(read('v4-nft.exact'), 4)), rules(dump));
    const verbose = parseListing(read('v4-legacy.verbose'), 4).tables.get('filter')?.chains;
    assert.deepEqual(verbose?.get('INPUT')?.rules[0]?.counters, { packets: 10_000_000, bytes: 12_000_000_000 });
    assert.deepEqual(verbose.get('OUTPUT')?.counters, { packets: 123_000_000, bytes: 99_000_000_000 });
  });
});
