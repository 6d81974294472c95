// What @grafana/ui and React look for in a browser and jsdom lacks.
class Observer {
  observe() {}
  unobserve() {}
  disconnect() {}
}

class Port {
  postMessage(data) {
    setTimeout(() => this.other.onmessage?.({ data }), 0);
  }
  close() {}
}

class Channel {
  port1 = new Port();
  port2 = new Port();

  constructor() {
    this.port1.other = this.port2;
    this.port2.other = this.port1;
  }
}

Object.assign(global, { IntersectionObserver: Observer, ResizeObserver: Observer, MessageChannel: Channel });
