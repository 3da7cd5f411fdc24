import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { EditorState } from '@codemirror/state';
import {
  Decoration,
  drawSelection,
  EditorView,
  keymap,
  lineNumbers,
  MatchDecorator,
  ViewPlugin,
} from '@codemirror/view';
import type { DecorationSet, ViewUpdate } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { styleNonce } from '../../../components/nonce.ts';
import { editorTheme } from '../../../components/sql/editor-theme.ts';
import type { Mistake } from './mistake.ts';
import { isMarked, mistakeMark, showMistake } from './mistake-mark.ts';

type PolicyEditorProps = {
  start: string;
  mistake: Mistake | null;
  label: string;
  /** `isMarked`: the line that is wrong is still as it was. */ onChange: (text: string, isMarked: boolean) => void;
  onApply: () => void;
};

/** CodeMirror for a policy. It holds what is typed, and says each change. Tab leaves it, as everywhere on the page. */
export function PolicyEditor({ start, mistake, label, onChange, onApply }: PolicyEditorProps) {
  const holder = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef({ start, label, onChange, onApply });
  latest.current = { start, label, onChange, onApply };

  useEffect(() => {
    if (holder.current === null) return undefined;
    const editor = new EditorView({
      parent: holder.current,
      state: EditorState.create({
        doc: latest.current.start,
        extensions: [
          EditorView.contentAttributes.of({ 'aria-label': latest.current.label, spellcheck: 'false' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString(), isMarked(update.state));
          }),
          keymap.of([
            {
              key: 'Mod-Enter',
              run: () => {
                latest.current.onApply();
                return true;
              },
            },
            ...defaultKeymap,
            ...historyKeymap,
          ]),
          ...fixedExtensions,
        ],
      }),
    });
    view.current = editor;
    // Whoever opened it wants to write; the button they pressed is gone.
    editor.focus();
    return () => editor.destroy();
  }, []);

  useEffect(() => {
    if (view.current !== null) showMistake(view.current, mistake);
  }, [mistake]);

  return <div ref={holder} />;
}

const comments = new MatchDecorator({
  regexp: /(?<=^|\s)#.*/g,
  decoration: Decoration.mark({ class: 'cm-comment' }),
});

const fixedExtensions = [
  EditorView.cspNonce.of(styleNonce()),
  EditorView.lineWrapping,
  lineNumbers(),
  history(),
  drawSelection(),
  ViewPlugin.define<{ held: DecorationSet; update: (update: ViewUpdate) => void }>(
    (editor) => ({
      held: comments.createDeco(editor),
      update(update) {
        this.held = comments.updateDeco(update, this.held);
      },
    }),
    { decorations: ({ held }) => held },
  ),
  mistakeMark,
  editorTheme,
  EditorView.theme({
    // The line above it has its height for one statement; a policy is read as a whole.
    '.cm-content': { maxHeight: 'none', padding: '8px 12px 8px 4px' },
    '.cm-scroller': { maxHeight: '60vh', minHeight: '200px' },
    '.cm-gutters': {
      border: 'none',
      backgroundColor: 'transparent',
      color: 'var(--mantine-color-dimmed)',
      fontFamily: 'var(--sr-font-mono)',
      fontSize: '12px',
    },
    '.cm-lineNumbers .cm-gutterElement': { padding: '0 4px 0 8px', lineHeight: '22px', minWidth: '32px' },
    '.cm-comment': { color: 'var(--sr-syntax-comment)' },
  }),
];
