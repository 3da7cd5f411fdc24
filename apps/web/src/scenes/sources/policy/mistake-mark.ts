import { type EditorState, StateEffect, StateField, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, WidgetType } from '@codemirror/view';
import { sentence } from '../../../components/words.ts';
import type { Mistake } from './mistake.ts';

const markMistake = StateEffect.define<Mistake | null>();

/** The line that is wrong, tinted, with the reason below it; gone as soon as somebody mends that line. */
const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (held, { changes, docChanged, effects, state, startState }) => {
    const effect = effects.find((one) => one.is(markMistake));
    if (effect !== undefined) return effect.value === null ? Decoration.none : marksOf(state.doc, effect.value);
    if (!docChanged || held.size === 0) return held;
    const line = startState.doc.lineAt(held.iter().from);
    return changes.touchesRange(line.from, line.to) === false ? held.map(changes) : Decoration.none;
  },
  provide: (field) => EditorView.decorations.from(field),
});

export const mistakeMark = [
  marks,
  EditorView.theme({
    '.cm-mistaken': { backgroundColor: 'var(--sr-danger-soft)', boxShadow: 'inset 2px 0 var(--sr-danger)' },
    '.cm-reason': {
      padding: '2px 12px 4px',
      backgroundColor: 'var(--sr-danger-soft)',
      boxShadow: 'inset 2px 0 var(--sr-danger)',
      color: 'var(--sr-danger)',
      fontFamily: 'var(--mantine-font-family)',
      whiteSpace: 'pre-wrap',
    },
  }),
];

export function isMarked(state: EditorState): boolean {
  return state.field(marks).size > 0;
}

/** Marks it and leads there; null takes the mark away. */
export function showMistake(editor: EditorView, mistake: Mistake | null): void {
  if (mistake === null) return editor.dispatch({ effects: markMistake.of(null) });
  const { to } = lineOf(editor.state.doc, mistake);
  editor.dispatch({
    selection: { anchor: to },
    effects: [markMistake.of(mistake), EditorView.scrollIntoView(to, { y: 'center' })],
  });
  editor.focus();
}

function marksOf(text: Text, mistake: Mistake): DecorationSet {
  const { from, to } = lineOf(text, mistake);
  return Decoration.set([
    Decoration.line({ class: 'cm-mistaken' }).range(from),
    Decoration.widget({ widget: new Reason(mistake.reason), block: true, side: 1 }).range(to),
  ]);
}

/** A file that ends too early is wrong at a line after its last. */
function lineOf(text: Text, { line }: Mistake) {
  return text.line(Math.min(Math.max(line, 1), text.lines));
}

class Reason extends WidgetType {
  readonly reason: string;

  constructor(reason: string) {
    super();
    this.reason = reason;
  }

  override eq(other: Reason): boolean {
    return other.reason === this.reason;
  }

  override toDOM(): HTMLElement {
    const element = document.createElement('div');
    element.className = 'cm-reason';
    element.textContent = sentence(this.reason);
    return element;
  }
}
