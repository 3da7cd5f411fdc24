import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
  completionStatus,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { PostgreSQL, sql, type SQLNamespace } from '@codemirror/lang-sql';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, keymap, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { CatalogTable } from '@strongroom/protocol';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { tablesQuery } from '../../api/queries.ts';
import { styleNonce } from '../nonce.ts';
import { QUESTION_FIELD } from '../shell/use-keys.ts';
import classes from './sql.module.css';

type SqlEditorProps = {
  value: string;
  source: string | null;
  onChange: (sql: string) => void;
  onRun: () => void;
  onCancel: () => void;
};

/** CodeMirror with the catalog's names to complete. Tab leaves it, as everywhere on the page. */
export function SqlEditor({ value, source, onChange, onRun, onCancel }: SqlEditorProps) {
  const holder = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const language = useRef(new Compartment());
  const latest = useRef({ value, onChange, onRun, onCancel });
  const tables = useQuery(tablesQuery);
  latest.current = { value, onChange, onRun, onCancel };

  useEffect(() => {
    if (holder.current === null) return undefined;
    const editor = new EditorView({
      parent: holder.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [...fixedExtensions, ...liveExtensions(latest), language.current.of(sql({ dialect: PostgreSQL }))],
      }),
    });
    view.current = editor;
    editor.focus();
    return () => editor.destroy();
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (editor !== null && editor.state.doc.toString() !== value)
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    const known = (tables.data ?? []).filter((table) => source === null || table.source === source);
    view.current?.dispatch({
      effects: language.current.reconfigure(
        sql({
          dialect: PostgreSQL,
          schema: namesOf(known),
          defaultSchema: known[0]?.schema ?? 'public',
          upperCaseKeywords: true,
        }),
      ),
    });
  }, [tables.data, source]);

  return <div ref={holder} className={classes['editor']} />;
}

function namesOf(tables: readonly CatalogTable[]): SQLNamespace {
  const schemas: Record<string, Record<string, { label: string; type: string; detail: string }[]>> = {};
  for (const table of tables) {
    const inSchema = (schemas[table.schema] ??= {});
    inSchema[table.name] = table.columns.map((column) => ({
      label: column.name,
      type: 'property',
      detail: column.type,
    }));
  }
  return schemas;
}

function liveExtensions(latest: { current: SqlEditorProps | Omit<SqlEditorProps, 'source'> }) {
  return [
    // A list that comes late must not stand over the answer and take the Escape that cancels it.
    EditorView.domEventHandlers({ blur: (_event, editor) => void closeCompletion(editor) }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) latest.current.onChange(update.state.doc.toString());
    }),
    keymap.of([
      {
        key: 'Mod-Enter',
        run: (editor) => {
          // Whoever runs has finished typing: the next Escape cancels instead of closing a list.
          closeCompletion(editor);
          latest.current.onRun();
          return true;
        },
      },
      {
        key: 'Escape',
        run: (editor) => {
          if (completionStatus(editor.state) !== null) return false;
          latest.current.onCancel();
          return true;
        },
      },
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...defaultKeymap,
      ...historyKeymap,
    ]),
  ];
}

const fixedExtensions = [
  EditorView.cspNonce.of(styleNonce()),
  EditorView.contentAttributes.of({ id: QUESTION_FIELD, 'aria-label': 'SQL' }),
  EditorView.lineWrapping,
  history(),
  drawSelection(),
  bracketMatching(),
  closeBrackets(),
  autocompletion({ icons: false }),
  placeholder('SELECT … one statement, reading only'),
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: tags.keyword, color: 'var(--sr-syntax-keyword)', fontWeight: '600' },
      { tag: [tags.string, tags.special(tags.string)], color: 'var(--sr-syntax-string)' },
      { tag: [tags.number, tags.bool, tags.null], color: 'var(--sr-syntax-number)' },
      { tag: tags.comment, color: 'var(--sr-syntax-comment)' },
    ]),
  ),
  EditorView.theme({
    '&': { color: 'var(--mantine-color-text)', backgroundColor: 'transparent', fontSize: '14px' },
    '&.cm-focused': { outline: 'none' },
    '.cm-content': {
      fontFamily: 'var(--sr-font-mono)',
      minHeight: '104px',
      maxHeight: '40vh',
      lineHeight: '22px',
      padding: '8px 12px',
      caretColor: 'var(--sr-accent)',
      outline: 'none !important',
    },
    '.cm-scroller': { maxHeight: '40vh', overflow: 'auto' },
    '.cm-placeholder': { color: 'var(--mantine-color-placeholder)' },
    '.cm-cursor': { borderLeftColor: 'var(--sr-accent)', borderLeftWidth: '2px' },
    '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
      backgroundColor: 'var(--sr-accent-soft)',
    },
    '.cm-tooltip': {
      border: '1px solid var(--sr-line-strong)',
      borderRadius: '6px',
      backgroundColor: 'var(--sr-surface)',
      overflow: 'hidden',
    },
    '.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--sr-font-mono)', fontSize: '12px' },
    '.cm-tooltip-autocomplete > ul > li': { padding: '4px 12px !important' },
    '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
      backgroundColor: 'var(--sr-accent-soft)',
      color: 'var(--mantine-color-text)',
    },
    '.cm-completionDetail': { color: 'var(--mantine-color-dimmed)', fontStyle: 'normal' },
  }),
];
