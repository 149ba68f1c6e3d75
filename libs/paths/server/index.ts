export { TracesProjection } from './traces/traces.projection';
