export { netboxAddress, NetboxStandIn } from '../sources/netbox-stand-in.test-data';
