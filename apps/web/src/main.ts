// Set before anything else is evaluated: zod must not probe `new Function`, and the scroll lock of dialogs must
// carry the page's nonce, or the Content-Security-Policy refuses both. Hence the import below, not above.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
Object.assign(globalThis, { __zod_globalConfig: { jitless: true }, __webpack_nonce__: nonce });

const { startApp } = await import('./app.tsx');
startApp(nonce);

export {};
