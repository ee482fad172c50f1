declare module 'secp256k1/bindings.js' {
  const bindings: import('./bindings.ts').Bindings
  // biome-ignore lint/style/noDefaultExport: how Node shows a CommonJS module to import()
  export default bindings
}
