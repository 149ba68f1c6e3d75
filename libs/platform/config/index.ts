export * from './read-config';
export { type Field, filePath as path, integer, list, optional, secret, text, url } from './fields';
