import { chromium } from 'playwright-core';
import { canInstall, installPackages } from './apt.mjs';
import { BROWSERS, howToGet, missingPackages } from './machine.mjs';
import { findProgram } from './programs.mjs';

const findBrowser = () => BROWSERS.map((name) => findProgram(name)).find(Boolean);

/** Installs a browser if there is none and that is possible; else throws, saying what to type. */
export async function ensureBrowser() {
  if (findBrowser()) return;
  const rows = missingPackages(['journeys']);
  if (!canInstall()) throw new Error(`This needs a Chromium: ${howToGet(rows)}`);
  await installPackages(rows.map(({ name }) => name));
}

/** Starts the browser, without a window. This process ends it: on close, and at the latest when it ends itself. */
export function launchBrowser() {
  return chromium.launch({
    executablePath: findBrowser(),
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}
