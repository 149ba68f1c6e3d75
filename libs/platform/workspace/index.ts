export { bundleOf } from './bundle.mjs';
