export { TiersClient } from './tiers.client';
export { tierText } from './tier-text';
