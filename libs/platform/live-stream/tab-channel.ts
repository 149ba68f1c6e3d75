import type { TabChannel, TabMessage } from './tab-group';

/** Channel name with the version of the tab protocol: tabs with incompatible versions do not share a stream. */
const CHANNEL = 'icm-stream-2';

/** Opens the channel to the other tabs of the browser. */
export function openChannel(): TabChannel {
  // Without BroadcastChannel this tab does not share a stream.
  if (typeof BroadcastChannel !== 'function')
    return { postMessage: () => undefined, listenForMessages: () => undefined, close: () => undefined };
  const channel = new BroadcastChannel(CHANNEL);
  return {
    postMessage: (message) => channel.postMessage(message),
    listenForMessages: (take) => (channel.onmessage = ({ data }: MessageEvent<TabMessage>) => take(data)),
    close: () => channel.close(),
  };
}
