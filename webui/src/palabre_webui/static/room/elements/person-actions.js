/** What I can do with one person: the same list on their picture and in the people panel. */

import { t } from '../i18n.js';
import { entriesOf } from './slot-list.js';
import { microphoneOf } from './person.js';

/** Menu items for `person`; `tile` (optional) is the element with their picture. */
export function personActions(room, view, person, tile = null) {
  const pictures = pictureActions(view, person, tile);
  const acts = person.id === room.myId ? ownActs(room, view, person) : presenterActs(room, view, person);
  const plugins = entriesOf(room, 'participant-menu');
  return [
    ...pictures,
    pictures.length && acts.length ? { separator: true } : null,
    ...acts.filter((item) => !item.last),
    plugins.length ? { entries: plugins, context: { participant: person } } : null,
    ...acts.filter((item) => item.last),
  ];
}

function pictureActions(view, person, tile) {
  const pinned = view.pinned === person.id;
  const items = [{
    icon: pinned ? 'pin-off' : 'pin', label: pinned ? t('Unpin') : t('Pin: always show large'), run: () => view.pin(person.id),
  }];
  const video = tile?.querySelector('video');
  if (tile && document.fullscreenEnabled) {
    items.push({ icon: 'maximize', label: t('Full screen'), run: () => view.attempt(() => tile.requestFullscreen()) });
  }
  if (video && document.pictureInPictureEnabled) {
    items.push({ icon: 'picture-in-picture-2', label: t('Small window on top'), run: () => view.attempt(() => video.requestPictureInPicture()) });
  }
  return items;
}

function ownActs(room, view, me) {
  return [
    { icon: 'pencil', label: t('Change my name'), run: () => view.openDialog('rename') },
    me.floor && me.role !== 'presenter'
      ? { icon: 'mic-vocal', label: t('Give the floor back'), run: () => view.act('take_floor', { participant: me.id }) } : null,
  ].filter(Boolean);
}

function presenterActs(room, view, person) {
  if (!room.canDo('remove')) return [];
  const on = { participant: person.id };
  const guest = person.role === 'guest';
  const floorIsGiven = guest && person.floor;
  return [
    microphoneOf(person) === 'on' ? { icon: 'mic-off', label: t('Mute'), run: () => view.act('mute', on) } : null,
    guest && !person.floor ? { icon: 'mic-vocal', label: t('Give the floor'), run: () => view.act('give_floor', { ...on, may_show: false }) } : null,
    guest && !person.floor_may_show
      ? { icon: 'presentation', label: t('Give the floor and let them show'), run: () => view.act('give_floor', { ...on, may_show: true }) } : null,
    floorIsGiven ? { icon: 'reply', label: t('Take the floor back'), run: () => view.act('take_floor', on) } : null,
    person.hand_raised_at ? { icon: 'hand', label: t('Lower their hand'), run: () => view.act('lower_hand', on) } : null,
    { separator: true },
    guest ? { icon: 'crown', label: t('Make presenter'), run: () => view.act('change_role', { ...on, role: 'presenter' }) }
      : { icon: 'user-check', label: t('Make guest'), run: () => view.act('change_role', { ...on, role: 'guest' }) },
    guest ? { icon: 'arrow-right-left', label: t('Hand the meeting over'), run: () => confirmHandOver(view, person) } : null,
    { icon: 'user-x', label: t('Remove from the meeting'), danger: true, last: true, run: () => confirmRemoval(view, person) },
  ].filter(Boolean);
}

function confirmHandOver(view, person) {
  view.confirm({
    title: t('Hand the meeting over?'),
    text: t('{name} becomes presenter and you become a guest.', { name: person.name }),
    button: t('Hand over'),
    run: () => view.act('new_presenter', { participant: person.id }),
  });
}

function confirmRemoval(view, person) {
  view.confirm({
    title: t('Remove {name}?', { name: person.name }),
    text: t('They leave the meeting at once. With the same link they could ask to come back: lock the meeting to prevent that.'),
    button: t('Remove'),
    danger: true,
    run: () => view.act('remove', { participant: person.id }),
  });
}
