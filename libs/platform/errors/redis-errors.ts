/**
 * Returns whether Redis refused a command because it has become a replica, for `reconnectOnError` of ioredis. After a failover the old
 * connection still leads to the former primary; only a new connection reaches the new one.
 */
export const isFormerPrimary = ({ message }: Error): boolean => message.startsWith('READONLY ');
