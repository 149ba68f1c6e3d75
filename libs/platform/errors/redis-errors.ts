/**
 * For ioredis's `reconnectOnError`: whether Redis refused because it has become a replica. After a failover a connection that was kept leads to
 * the former primary; only a new one finds its successor.
 */
export const isFormerPrimary = ({ message }: Error): boolean => message.startsWith('READONLY ');
