export { CopyRows } from './copy-rows';
