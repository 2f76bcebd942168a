// Installs the editors that tests run in, so that the tests' own time is theirs.
import { codeServer } from './lib/code-server.mjs';
import { EDITORS } from './lib/editors.mjs';
import { main } from './lib/main.mjs';

await main(async () => {
  for (const editor of Object.keys(EDITORS)) {
    const { main: script } = await codeServer(editor);
    console.log(`VS Code ${EDITORS[editor].vscode}: ${script}`);
  }
});
