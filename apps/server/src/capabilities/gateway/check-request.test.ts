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

  test('a second one beside the one that is forbidden', () => {
    expect(codeOf(() => check('chat/completions', '{"model":"small","store":false,"store":true}'))).toBe(
      'gateway/duplicate_member',
    );
    expect(codeOf(() => check('chat/completions', '{"model":"small","model":"large"}'))).toBe(
      'gateway/duplicate_member',
    );
  });
});

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
