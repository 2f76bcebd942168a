import * as vscode from 'vscode';
import type { ClusterStore } from '../clusters/cluster-store';
import { DumpProvider } from './dump-provider';
import { EDIT_SCHEME } from '../clusters/open-cluster';
import { DUMP_SCHEME } from './dump-uri';
import { AddressHover, RuleHover } from './hover';
import { ChainLinks, RuleSymbols } from './navigation';
import { ParsedDumps, RULE_LANGUAGES } from './parsed-dump';
import { registerProblems } from './problems';
import { registerReveal } from './reveal';
import { ServiceLenses } from './service-lenses';
import { registerTraceCommands } from './trace-commands';

const OUTPUTS = [{ scheme: DUMP_SCHEME }, { scheme: EDIT_SCHEME }];

/** Outputs as documents, and what the editor knows about rules, in them and in any file. */
export function registerDumps(store: ClusterStore): vscode.Disposable {
  const dumps = new ParsedDumps(store);
  const provider = new DumpProvider(store);
  const links = new ChainLinks(dumps);
  return vscode.Disposable.from(
    provider,
    vscode.workspace.registerTextDocumentContentProvider(DUMP_SCHEME, provider),
    vscode.languages.registerHoverProvider(RULE_LANGUAGES, new RuleHover(dumps, store)),
    vscode.languages.registerHoverProvider(OUTPUTS, new AddressHover(store)),
    vscode.languages.registerDocumentSymbolProvider(RULE_LANGUAGES, new RuleSymbols(dumps), { label: 'iptables' }),
    vscode.languages.registerDefinitionProvider(RULE_LANGUAGES, links),
    vscode.languages.registerReferenceProvider(RULE_LANGUAGES, links),
    vscode.languages.registerCodeLensProvider(
      RULE_LANGUAGES.flatMap((language) => OUTPUTS.map((output) => ({ language, ...output }))),
      new ServiceLenses(dumps, store),
    ),
    registerTraceCommands(store),
    registerProblems(dumps),
    registerReveal(),
  );
}
