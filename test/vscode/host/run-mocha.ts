/** Begins each line of the report, to tell it from the editor's own log, which goes the same way. */
const REPORT = '[test] ';

function report(text: string): void {
  console.log(REPORT + text.replaceAll('\n', `\n${REPORT}`));
}

function follow(runner: Mocha.Runner): void {
  runner.on('pass', (test) => {
    report(`✔ ${test.fullTitle()} (${test.duration ?? 0} ms)`);
  });
  runner.on('pending', (test) => {
    report(`- ${test.fullTitle()}`);
  });
  runner.on('fail', (test, error: Error) => {
    report(`✘ ${test.fullTitle()}\n${error.stack ?? error.message}`);
  });
  runner.on('end', () => {
    report(`${runner.total - runner.failures} of ${runner.total} passed.`);
  });
}

/** Runs, inside the extension host, the tests that `load` declares. Rejects if one fails or if there are none. */
export async function runMocha(load: () => void): Promise<void> {
  // Mocha is a module of the newer kind, and this file is bundled into one of the older.
  const { default: Mocha } = await import('mocha');
  // The base of all reporters says nothing itself.
  const mocha = new Mocha({ ui: 'tdd', timeout: 20_000, reporter: Mocha.reporters.Base });
  mocha.suite.emit('pre-require', globalThis, null, mocha);
  load();
  if (mocha.suite.total() === 0) throw new Error('There are no tests.');
  const failures = await new Promise<number>((done) => {
    follow(mocha.run(done));
  });
  if (failures > 0) throw new Error(`${failures} tests failed.`);
}
