export * from './read-config';
export { type Field, filePath as path, flag, integer, list, optional, secret, text, url } from './fields';
