import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { Journal, type JournalEntry } from '../../../src/nodes/apply/journal';
import { temporaryFolder } from '../support/folder';
import { MASQUERADE } from './operations';

function entry(node: string, result: JournalEntry['result'] = 'applied'): JournalEntry {
  return {
    ...{
      id: '20261122t120000-abcdef',
      at: '2026-11-22T12:00:00.000Z',
      name: 'the fix\nof "it"',
      who: 'me@here',
      result,
    },
    change: { node, operations: [MASQUERADE] },
  };
}

suite('the journal of this machine', () => {
  test('is empty before anything was applied', async (context) => {
    assert.deepEqual(await new Journal(join(temporaryFolder(context), 'not', 'yet')).read(), []);
  });

  test('keeps what several have written at once, in the order in which they began', async (context) => {
    const folder = join(temporaryFolder(context), 'journal');
    const journal = new Journal(folder);
    const entries = Array.from({ length: 20 }, (_, at) => entry(`node${at}`));
    await Promise.all(entries.map((one) => journal.add(one)));
    assert.deepEqual(await new Journal(folder).read(), entries);
    const file = join(folder, 'applied.jsonl');
    assert.equal(readFileSync(file, 'utf8').split('\n').length, 21);
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  test('passes over lines that are damaged', async (context) => {
    const folder = temporaryFolder(context);
    const journal = new Journal(folder);
    await journal.add(entry('worker'));
    appendFileSync(join(folder, 'applied.jsonl'), '{"id":"cut off\n[]\n{"id":5,"change":{}}\n\n');
    await journal.add(entry('worker', 'confirmed'));
    assert.deepEqual(
      (await journal.read()).map(({ result }) => result),
      ['applied', 'confirmed'],
    );
  });

  test('can be written again after it could not be', async (context) => {
    const folder = join(temporaryFolder(context), 'journal');
    writeFileSync(folder, '');
    const journal = new Journal(folder);
    await assert.rejects(journal.add(entry('worker')), { code: 'EEXIST' });
    rmSync(folder);
    await journal.add(entry('master'));
    assert.deepEqual(await journal.read(), [entry('master')]);
  });
});
