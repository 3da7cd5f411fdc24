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
import { editorTheme } from './editor-theme.ts';
import classes from './sql.module.css';

type SqlEditorProps = {
  value: string;
  source: string | null;
  onChange: (sql: string) => void;
  onRun: () => void;
  onCancel: () => void;
  /** The one that `/` leads to, and the first thing to type in. Default: true. */ isMain?: boolean;
};

/** CodeMirror with the catalog's names to complete. Tab leaves it, as everywhere on the page. */
export function SqlEditor({ value, source, onChange, onRun, onCancel, isMain = true }: SqlEditorProps) {
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
        extensions: [
          ...fixedExtensions,
          EditorView.contentAttributes.of({ ...(isMain && { id: QUESTION_FIELD }), 'aria-label': 'SQL' }),
          ...liveExtensions(latest),
          language.current.of(sql({ dialect: PostgreSQL })),
        ],
      }),
    });
    view.current = editor;
    if (isMain) editor.focus();
    return () => editor.destroy();
  }, [isMain]);

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
  editorTheme,
];
