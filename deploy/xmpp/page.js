import settings from './settings.js';

// Its sponsors' pictures lie on other machines.
customElements.define('converse-footer', class extends HTMLElement {});

// What is said to us alone opens beside the room. As Converse.js comes, only a number appears at the name of whoever said it.
converse.plugins.add('beside-the-room', {
  initialize() {
    this._converse.api.listen.on('chatRoomInitialized', (room) => {
      room.occupants.on('change:num_unread', (who) => {
        if (who.get('num_unread')) room.save({ sidebar_view: `occupant:${who.get('id')}`, hidden_occupants: false });
      });
    });
  },
});

converse.initialize(settings);
