// The console's view and its address, when the operator comes back to it from another screen: an
// address that says something wins, an empty one takes up the view as it was left.

import { readAddress, writeAddress } from '../view/address';
import { view } from '../view/view';

export function takeUpView(): void {
  if (location.search === '') {
    history.replaceState(null, '', `/${writeAddress(view.getState())}`);
    return;
  }
  const { language: _, ...rest } = readAddress(location.search);
  view.setState({ ...rest, dialog: null });
}
