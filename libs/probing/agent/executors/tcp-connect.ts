import { Socket } from 'node:net';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { isOwnPeer, outcomeOfError } from './connect-outcome';
import type { StartProbe } from './socket-executor';

/**
 * Opens a TCP connection to the port and resets it, so that neither side keeps it (no TIME_WAIT, no port in use): connected is a reply, RST
 * is `refused`, an ICMP error `unreachable`, silence a timeout.
 */
export const connectTcp: StartProbe = (ip, { port = 0 }, onEnd) => {
  const socket = new Socket();
  let isOwn = true;
  socket.once('connect', () => onEnd(isOwnPeer(socket) ? OUTCOME.refused : OUTCOME.reply));
  socket.once('error', (error: NodeJS.ErrnoException) => onEnd(outcomeOfError(error.code, isOwn)));
  socket.connect({ host: ip, port });
  // Runs after the call of connect(2), and before any event of the socket: an error by then is one of this machine.
  process.nextTick(() => (isOwn = socket.destroyed));
  return {
    close: () => {
      socket.on('error', () => undefined);
      if (socket.connecting) socket.destroy();
      else socket.resetAndDestroy();
    },
  };
};
