import { describe, expect, test } from 'vitest';
import type { RelayPath } from '#egress/relay';
import { refuseHeaders } from './check-headers.ts';
import { checkRequest } from './check-request.ts';

const check = (path: RelayPath, body: unknown) =>
  checkRequest(path, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
const codeOf = (work: () => unknown): unknown => {
  try {
    work();
    return null;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};
const model = 'small';

describe('what would make a provider keep something is refused', () => {
  const cases: [RelayPath, object][] = [
    ['chat/completions', { store: true }],
    ['chat/completions', { store: 1 }],
    ['chat/completions', { store: 'false' }],
    ['chat/completions', { audio: { voice: 'alloy', format: 'wav' } }],
    ['chat/completions', { prompt_cache_retention: '24h' }],
    ['embeddings', { store: true }],
    ['responses', { store: true }],
    ['responses', { previous_response_id: 'resp_1' }],
    ['responses', { previous_response_id: '' }],
    ['responses', { conversation: 'conv_1' }],
    ['responses', { conversation: { id: 'conv_1' } }],
    ['responses', { background: true }],
    ['responses', { prompt_cache_retention: '24h' }],
    ['responses', { tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] }],
    [
      'responses',
      {
        tools: [
          { type: 'function', name: 'f' },
          { type: 'file_search', vector_store_ids: ['v'] },
        ],
      },
    ],
    ['responses', { tools: [{ type: 'mcp', server_url: 'https://example.org' }] }],
    ['responses', { tools: [{ type: 'shell', environment: { type: 'container_auto' } }] }],
    ['responses', { tools: [{ type: 'whatever_comes_next' }] }],
    ['responses', { tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'file_search' }] }] }],
    ['responses', { tools: [{ type: 'function', name: 'f', container: { type: 'auto' } }] }],
    // A prompt that lies at the provider says itself which tools it has.
    ['responses', { prompt: { id: 'pmpt_1' } }],
    ['chat/completions', { deferred: true }],
    ['chat/completions', { background: true }],
    ['chat/completions', { previous_response_id: 'resp_1' }],
    ['chat/completions', { conversation: 'conv_1' }],
  ];
  test.each(cases)('%s with %j', (path, members) => {
    expect(codeOf(() => check(path, { model, ...members }))).toBe('gateway/would_persist');
  });

  test.each(['Store', 'STORE', '\u017ftore', 'ｓtore'])(
    'a misspelt %s, which a lenient reader takes for it',
    (name) => {
      expect(codeOf(() => check('chat/completions', { model, [name]: true }))).toBe('gateway/bad_member');
    },
  );

  test.each([
    [{ Type: 'file_search' }],
    [{ type: 'function', Type: 'code_interpreter' }],
    [{ type: 'function', Container: { type: 'auto' } }],
    [{ name: 'of no type' }],
    ['file_search'],
  ])('a tool %j, which a lenient reader takes for one that keeps', (tool) => {
    expect(codeOf(() => check('responses', { model, tools: [tool] }))).toMatch(/^gateway\/(bad|duplicate)_member$/);
  });

  test('and so is what a proxy would lift to the top', () => {
    for (const lifted of [{ store: true }, { Store: true }, { model: 'large' }, { tools: [] }, ['store'], 'store'])
      expect(codeOf(() => check('chat/completions', { model, extra_body: lifted }))).toBe('gateway/bad_member');
    const google = { model, store: false, extra_body: { google: { thinking_config: {} } } };
    expect(JSON.parse(check('chat/completions', google).body.toString())).toEqual(google);
  });

  test('a second one beside the one that is forbidden', () => {
    expect(codeOf(() => check('chat/completions', '{"model":"small","store":false,"store":true}'))).toBe(
      'gateway/duplicate_member',
    );
    expect(codeOf(() => check('chat/completions', '{"model":"small","model":"large"}'))).toBe(
      'gateway/duplicate_member',
    );
  });
});

test('tools that run at the caller’s, or look something up, pass', () => {
  const tools = [
    'function',
    'custom',
    'local_shell',
    'image_generation',
    'web_search',
    'web_search_preview_2025_03_11',
  ];
  const body = {
    model,
    store: false,
    prompt: null,
    tools: [
      ...tools.map((type) => ({ type })),
      { type: 'namespace', name: 'n', tools: [{ type: 'function', name: 'f' }] },
    ],
  };
  expect(JSON.parse(check('responses', body).body.toString())).toEqual(body);
});

test.each(['models', 'fallbacks', 'preset'])(
  'no other model is taken in the place of the one that the key may use: by %s',
  (name) => {
    expect(codeOf(() => check('chat/completions', { model, [name]: ['large'] }))).toBe('gateway/other_model');
    expect(codeOf(() => check('chat/completions', { model, [name.toUpperCase()]: ['large'] }))).toBe(
      'gateway/bad_member',
    );
    expect(codeOf(() => check('chat/completions', { model, [name]: null }))).toBe(null);
  },
);

describe('what leaves says that nothing is to be kept', () => {
  test.each(['chat/completions', 'responses'] as const)('%s: whether the caller says so or not', (path) => {
    for (const store of [undefined, null, false]) {
      const { body } = check(path, { model, store });
      expect(body.toString().match(/"store":/g)).toHaveLength(1);
      expect(JSON.parse(body.toString())).toEqual({ model, store: false });
    }
  });

  test('embeddings leave as they came: they know no such member', () => {
    expect(check('embeddings', '{"input":"a",  "model":"small"}').body.toString()).toBe(
      '{"input":"a",  "model":"small"}',
    );
  });

  test('nothing else of a request changes, its tools, pictures and numbers least of all', () => {
    const text = `{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}],
      "tools":[{"type":"function","function":{"name":"f","parameters":{"ID":1,"id":2}}}],"seed":12345678901234567890,"model":"small"}`;
    expect(check('chat/completions', text).body.toString()).toBe(`{"store":false,${text.slice(1)}`);
  });
});

describe('token counts of a streamed chat are asked for', () => {
  test.each([
    [{}, { include_usage: true }, true],
    [{ stream_options: null }, { include_usage: true }, true],
    [{ stream_options: { include_usage: false, x: 1 } }, { include_usage: true, x: 1 }, true],
    [{ stream_options: { x: 1 } }, { include_usage: true, x: 1 }, true],
    [{ stream_options: { include_usage: true } }, { include_usage: true }, false],
  ])('%j', (members, options, hidesUsage) => {
    const checked = check('chat/completions', { model, stream: true, ...members });
    expect([
      (JSON.parse(checked.body.toString()) as { stream_options: unknown }).stream_options,
      checked.hidesUsage,
    ]).toEqual([options, hidesUsage]);
  });

  test('of nothing else', () => {
    expect(check('responses', { model, stream: true }).hidesUsage).toBe(false);
    expect(check('chat/completions', { model, stream: false }).body.toString()).not.toContain('stream_options');
  });
});

test.each([
  ['no model', { stream: true }],
  ['a model that is no text', { model: ['small'] }],
  ['a stream that is no truth', { model, stream: 'yes' }],
  ['options that are none', { model, stream: true, stream_options: 'all' }],
  ['options that are misspelt', { model, stream: true, stream_options: { Include_usage: false } }],
])('%s is refused', (_what, body) => {
  expect(codeOf(() => check('chat/completions', body))).toBe('gateway/bad_member');
});

describe('headers by which somebody is misled are refused', () => {
  const refused = (...rawHeaders: string[]) => codeOf(() => refuseHeaders({ rawHeaders }));
  test.each([
    ['Transfer-Encoding', 'gzip, chunked'],
    ['Transfer-Encoding', 'xchunked'],
    ['Connection', 'close, Authorization'],
    ['Content-Encoding', 'gzip'],
    ['Upgrade', 'h2c'],
    ['TE', 'trailers'],
    ['Trailer', 'Authorization'],
    ['Proxy-Authorization', 'Basic eDp5'],
    ['X-HTTP-Method-Override', 'DELETE'],
  ])('%s: %s', (name, value) => {
    expect(refused('Host', 'x', name, value)).toBe('gateway/bad_header');
  });

  test.each(['Authorization', 'Content-Length', 'Content-Type', 'Host', 'Transfer-Encoding'])('two of %s', (name) => {
    const value = name === 'Transfer-Encoding' ? 'chunked' : '1';
    expect(refused(name, value, 'Accept', '*/*', name.toLowerCase(), value)).toBe('gateway/bad_header');
  });

  test('those that clients send are not', () => {
    expect(
      refused('Host', 'x', 'Connection', 'keep-alive', 'Transfer-Encoding', 'chunked', 'X-Stainless-Lang', 'js'),
    ).toBe(null);
  });
});
