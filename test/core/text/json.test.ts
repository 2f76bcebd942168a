import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { jsonBreak, jsonItems, numberOf, objectsOf, stringOf, stringsOf, textOf } from '../../../src/core/text/json';

suite('objects of a JSON array', () => {
  test('come with the line they begin on', () => {
    const text =
      '[\n  {"dst": "default", "nexthops": [{"dev": "eth0"}]},\n\n {"dst":"10.1.0.0/16"} ,{"dst":"x\\n}"}\n]\n';
    assert.deepEqual(
      jsonItems(text).items.map(({ value, line }) => [stringOf(value, 'dst'), line]),
      [
        ['default', 2],
        ['10.1.0.0/16', 4],
        ['x\n}', 4],
      ],
    );
    assert.equal(jsonItems(text).error, undefined);
  });

  test('those that iproute2 left empty are passed over', () => {
    assert.deepEqual(
      jsonItems('[{},{"ifname":"lo"},{}]').items.map(({ value }) => value),
      [{ ifname: 'lo' }],
    );
  });

  test('before a break are kept, and the break is told with its line', () => {
    const broken = jsonItems('[{"a":1},\n{"a":2,},\n{"a":3}]');
    assert.deepEqual(
      broken.items.map(({ value }) => value),
      [{ a: 1 }],
    );
    assert.equal(broken.error?.line, 2);
    const cut = jsonItems('[{"a":1},\n{"a":2},\n{"a":');
    assert.deepEqual(
      cut.items.map(({ value }) => value),
      [{ a: 1 }, { a: 2 }],
    );
    assert.deepEqual(cut.error, { line: 3, message: 'the JSON is cut off' });
  });

  test('are what JSON.parse makes of a valid array', () => {
    const entry = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1, maxKeys: 4, noNullPrototype: true });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), fc.constantFrom(0, 1, 4), (objects, indent) => {
        const text = JSON.stringify(objects, null, indent);
        assert.deepEqual(
          jsonItems(text).items.map(({ value }) => value),
          (JSON.parse(text) as object[]).filter((one) => Object.keys(one).length > 0),
        );
      }),
    );
  });

  test('whatever is cut or flipped, nothing is thrown', () => {
    const whole = '[{"a":[{"b":"\\"]}"}]},{"c":{"d":[1,2,{"e":null}]}}]';
    fc.assert(
      fc.property(fc.nat({ max: whole.length }), fc.constantFrom('', '"', '{', '}', '[', ']', '\\'), (at, instead) => {
        const text = whole.slice(0, at) + instead + whole.slice(at + 1);
        assert.ok(jsonItems(text).items.length <= 3);
        assert.ok(jsonItems(whole.slice(0, at)).items.length <= 2);
      }),
    );
  });
});

suite('values of a JSON object', () => {
  test('of another type than asked for are absent', () => {
    const value = { text: 'a', number: 5, list: ['x', 1, { k: 1 }], nothing: null };
    assert.equal(stringOf(value, 'number'), undefined);
    assert.equal(numberOf(value, 'text'), undefined);
    assert.deepEqual(objectsOf(value, 'list'), [{ k: 1 }]);
    assert.deepEqual(stringsOf(value, 'list'), ['x']);
    assert.deepEqual(objectsOf(value, 'nothing'), []);
    assert.deepEqual([textOf(value, 'text'), textOf(value, 'number'), textOf(value, 'nothing')], ['a', '5', undefined]);
  });
});

suite('where a text stops being JSON', () => {
  const at = (text: string): string => `${text.slice(0, jsonBreak(text))}|${text.slice(jsonBreak(text))}`;

  test('is at the first thing that cannot stand there', () => {
    assert.equal(at('{"a": x}'), '{"a": |x}');
    assert.equal(at('{"a": 1,}'), '{"a": 1,|}');
    assert.equal(at('[1 2]'), '[1 |2]');
    assert.equal(at('{"a" 1}'), '{"a" |1}');
    assert.equal(at('[1}'), '[1|}');
    assert.equal(at('{} {}'), '{} |{}');
    assert.equal(at('# text'), '|# text');
    assert.equal(at('[01]'), '[|01]');
    assert.equal(at('["a\nb"]'), '[|"a\nb"]', 'a string does not go over a line end');
  });

  test('is the end of a text that is cut off', () => {
    for (const text of ['{"a": [1, {"b": "c', '[', '{"a"', '{"a":', '[1,', ''])
      assert.equal(jsonBreak(text), text.length, text);
  });

  test('is the end of what is JSON, and before it where JSON.parse finds a fault', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat({ max: 4 }),
        fc.nat(),
        fc.constantFrom('', '"', '{', ']', ',', ':', 'x', '0', ' '),
        (text, indent, place, instead) => {
          const valid = JSON.stringify(JSON.parse(text), null, indent);
          assert.equal(jsonBreak(valid), valid.length);
          const position = place % valid.length;
          const damaged = valid.slice(0, position) + instead + valid.slice(position + 1);
          const broken = jsonBreak(damaged);
          let parsed = true;
          try {
            JSON.parse(damaged);
          } catch {
            parsed = false;
          }
          // What comes before the break may be the beginning of JSON.
          if (parsed) assert.equal(broken, damaged.length);
          else assert.ok(broken <= damaged.length);
        },
      ),
    );
  });
});
