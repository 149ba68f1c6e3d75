export { TiersClient } from './tiers.client';
