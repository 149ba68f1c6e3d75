export * from './reason-text';
export * from './status-glyph';
