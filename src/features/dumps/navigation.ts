import * as vscode from 'vscode';
import type { Chain, Table } from '../../core/netfilter/ruleset';
import type { ParsedDump, ParsedDumps } from './parsed-dump';

/** Tables and chains, for the outline, the breadcrumbs and go to symbol. */
export class RuleSymbols implements vscode.DocumentSymbolProvider {
  constructor(private readonly dumps: ParsedDumps) {}

  provideDocumentSymbols(document: vscode.TextDocument): vscode.DocumentSymbol[] {
    return [...this.dumps.get(document).ruleset.tables.values()].map((table) => {
      const chains = [...table.chains.values()].map((chain) => chainSymbol(document, chain));
      const last = Math.max(table.line, ...[...table.chains.values()].map(lastLine));
      const symbol = new vscode.DocumentSymbol(
        table.name,
        '',
        vscode.SymbolKind.Namespace,
        lines(document, table.line, last),
        lines(document, table.line, table.line),
      );
      symbol.children = chains;
      return symbol;
    });
  }
}

function chainSymbol(document: vscode.TextDocument, chain: Chain): vscode.DocumentSymbol {
  const declaration = lines(document, chain.line, chain.line);
  return new vscode.DocumentSymbol(
    chain.name,
    chain.policy ?? '',
    chain.policy === undefined ? vscode.SymbolKind.Function : vscode.SymbolKind.Event,
    declaration,
    declaration,
  );
}

function lastLine(chain: Chain): number {
  return chain.rules.at(-1)?.line ?? chain.line;
}

/** From line to line, counting from 1, both included. */
function lines(document: vscode.TextDocument, from: number, to: number): vscode.Range {
  return new vscode.Range(from - 1, 0, to - 1, document.lineAt(Math.min(to, document.lineCount) - 1).text.length);
}

/** From `-j CHAIN` to the chain, and from a chain to the rules that lead to it. */
export class ChainLinks implements vscode.DefinitionProvider, vscode.ReferenceProvider {
  constructor(private readonly dumps: ParsedDumps) {}

  provideDefinition(document: vscode.TextDocument, position: vscode.Position): vscode.Location | undefined {
    const target = this.chainAt(document, position);
    const chain = target?.table.chains.get(target.name);
    return chain && new vscode.Location(document.uri, lines(document, chain.line, chain.line));
  }

  provideReferences(document: vscode.TextDocument, position: vscode.Position): vscode.Location[] {
    const target = this.chainAt(document, position);
    if (!target) return [];
    return [...target.table.chains.values()].flatMap((chain) =>
      chain.rules
        .filter((rule) => rule.syntax.target?.module === target.name)
        .map((rule) => new vscode.Location(document.uri, lines(document, rule.line, rule.line))),
    );
  }

  private chainAt(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): { table: Table; name: string } | undefined {
    const dump = this.dumps.get(document);
    const range = document.getWordRangeAtPosition(position, /[A-Za-z_][\w:.-]*/);
    const name = range && document.getText(range);
    const table = tableAt(dump, position.line + 1);
    return name !== undefined && table?.chains.has(name) ? { table, name } : undefined;
  }
}

function tableAt(dump: ParsedDump, line: number): Table | undefined {
  let found: Table | undefined;
  for (const table of dump.ruleset.tables.values())
    if (table.line <= line && table.line >= (found?.line ?? 0)) found = table;
  return found;
}
