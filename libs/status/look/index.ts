export * from './reason.pipe';
export * from './reason-text';
export * from './status-glyph';
