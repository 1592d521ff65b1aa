/** What a tab keeps across a reload: its conversation, until the tab is closed. */
// sessionStorage belongs to one tab: two tabs are two conversations, and on a shared computer nothing outlives the tab.
// A page may forbid storage; then a reload begins anew and everything else works.
export class Memory {
  constructor(name, forgotten) {
    this.name = `care-act-chat ${name}`;
    // A tab that was duplicated has the same conversation. When one deletes it, the other must not go on showing it.
    this.tabs = new BroadcastChannel(this.name);
    this.tabs.onmessage = (message) => forgotten(message.data);
  }

  load() {
    try {
      return JSON.parse(sessionStorage.getItem(this.name)) ?? {};
    } catch {
      return {};
    }
  }

  save(value) {
    try {
      sessionStorage.setItem(this.name, JSON.stringify(value));
    } catch {
      // Full or forbidden.
    }
  }

  /** Tells the other tabs that a conversation is gone. */
  tell(conversation) {
    this.tabs.postMessage(conversation);
  }
}
