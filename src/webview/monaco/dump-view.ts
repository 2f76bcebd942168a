/// <reference lib="dom" />
import * as monaco from 'monaco-editor/editor/editor.api';
import 'monaco-editor/editor/browser/coreCommands';
import 'monaco-editor/editor/contrib/find/browser/findController';
import 'monaco-editor/editor/contrib/hover/browser/hoverContribution';
import type { EvidenceLine } from '../../core/trace/result';
import type { DumpPlace } from '../messages';
import type { Dump } from '../to-page';
import type { Hovers } from './hovers';

/** A dump, to be read, with the lines marked that decided something. */
export class DumpView {
  private readonly editor: monaco.editor.IStandaloneCodeEditor;
  private readonly marks: monaco.editor.IEditorDecorationsCollection;
  private dump: Dump | undefined;

  constructor(container: HTMLElement, hovers: Hovers) {
    this.editor = monaco.editor.create(container, {
      ...OPTIONS,
      ...fontOf(container),
      ariaLabel: container.dataset['label'] ?? '',
    });
    this.marks = this.editor.createDecorationsCollection();
    // Where the pane gets smaller, the line of the cursor stays in sight.
    this.editor.onDidLayoutChange(() => {
      if (this.dump) this.editor.revealLineInCenterIfOutsideViewport(this.editor.getPosition()?.lineNumber ?? 1);
    });
    monaco.languages.registerHoverProvider('*', {
      provideHover: async (_, { lineNumber, column }, token) => {
        const place = this.placeAt(lineNumber, column);
        if (!place) return null;
        const paragraphs = await hovers.ask(place, (cancel) => token.onCancellationRequested(cancel));
        return { contents: paragraphs.map((value) => ({ value })) };
      },
    });
  }

  show(dump: Dump, focus: boolean): void {
    this.dump = dump;
    const before = this.editor.getModel();
    if (before?.getValue() !== dump.text || before.getLanguageId() !== dump.language) {
      this.editor.setModel(monaco.editor.createModel(dump.text, dump.language));
      before?.dispose();
    }
    const { line } = dump.source;
    this.marks.set([...dump.matched.map((one) => mark(one, MATCHED)), mark(line, SHOWN)]);
    this.editor.setPosition({ lineNumber: line, column: 1 });
    this.editor.revealLineInCenter(line, monaco.editor.ScrollType.Immediate);
    if (focus) this.editor.focus();
  }

  /** Where the cursor is. */
  get source(): EvidenceLine | undefined {
    return this.placeAt(this.editor.getPosition()?.lineNumber ?? 1, 1);
  }

  private placeAt(line: number, column: number): DumpPlace | undefined {
    return this.dump && { ...this.dump.source, line, column };
  }
}

const OPTIONS: monaco.editor.IStandaloneEditorConstructionOptions = {
  readOnly: true,
  domReadOnly: true,
  tabFocusMode: true,
  automaticLayout: true,
  fixedOverflowWidgets: true,
  scrollBeyondLastLine: false,
  minimap: { enabled: false },
  contextmenu: false,
  folding: false,
  // What would need a worker.
  links: false,
  occurrencesHighlight: 'off',
  selectionHighlight: false,
  unicodeHighlight: { ambiguousCharacters: false, invisibleCharacters: false, nonBasicASCII: false },
  wordBasedSuggestions: 'off',
  colorDecorators: false,
};

function fontOf(element: HTMLElement): monaco.editor.IEditorOptions {
  const style = getComputedStyle(element);
  return { fontFamily: style.fontFamily, fontSize: parseFloat(style.fontSize) };
}

const MATCHED: monaco.editor.IModelDecorationOptions = {
  isWholeLine: true,
  className: 'matched-line',
  linesDecorationsClassName: 'matched-mark',
  overviewRuler: {
    color: { id: 'editorOverviewRuler.findMatchForeground' },
    position: monaco.editor.OverviewRulerLane.Full,
  },
};
const SHOWN: monaco.editor.IModelDecorationOptions = { isWholeLine: true, className: 'shown-line' };

function mark(line: number, options: monaco.editor.IModelDecorationOptions): monaco.editor.IModelDeltaDecoration {
  return { range: new monaco.Range(line, 1, line, 1), options };
}
