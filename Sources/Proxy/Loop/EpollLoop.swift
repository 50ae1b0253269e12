import CProxyShims
import Glibc

/// Edge-triggered epoll: says which registered descriptors changed since it was last asked.
///
/// A registration carries a token, normally the descriptor and the generation of its table row, so that an
/// event for a connection that was closed meanwhile is recognised and dropped.
@safe package struct EpollLoop: ~Copyable {
    /// What happened to a descriptor.
    package struct Event: BitwiseCopyable {
        package let token: UInt64
        let flags: UInt32

        /// Bytes, a connection to accept, or the end of the stream.
        @inline(__always) package var isReadable: Bool { flags & (1 | 8 | 16 | 0x2000) != 0 }
        @inline(__always) package var isWritable: Bool { flags & (4 | 8 | 16) != 0 }
        /// The peer sends nothing more; a short read does not prove that the socket is drained then.
        @inline(__always) package var isHungUp: Bool { flags & (8 | 16 | 0x2000) != 0 }
        /// The connection is lost in both directions.
        @inline(__always) package var isBroken: Bool { flags & (8 | 16) != 0 }
    }

    private let number: Int32
    private let events: UnsafeMutablePointer<proxy_event>
    private let capacity = 256

    package init() {
        number = proxy_epoll_create()
        precondition(number >= 0, "no descriptor left for epoll")
        unsafe events = .allocate(capacity: capacity)
    }

    deinit {
        _ = close(number)
        unsafe events.deallocate()
    }

    /// Watches both directions of a connection, edge-triggered; false when the kernel refuses.
    @inline(__always) @discardableResult
    package func watch(_ descriptor: Descriptor, token: UInt64) -> Bool {
        // IN, OUT, RDHUP, ET: a short read together with edges would hide a FIN without RDHUP.
        proxy_epoll_control(number, 1, descriptor.number, 1 | 4 | 0x2000 | 1 << 31, token) == 0
    }

    /// Watches for something to read or accept, level-triggered.
    @discardableResult
    package func watchLevel(_ descriptor: Descriptor, token: UInt64) -> Bool {
        proxy_epoll_control(number, 1, descriptor.number, 1, token) == 0
    }

    /// Forgets a descriptor that stays open.
    package func forget(_ descriptor: Descriptor) {
        _ = proxy_epoll_control(number, 2, descriptor.number, 0, 0)
    }

    /// Waits for at most `milliseconds` (-1 for ever) and returns how many events there are.
    @inline(__always)
    package mutating func wait(milliseconds: Int32) -> Int {
        Int(unsafe proxy_epoll_wait(number, events, milliseconds))
    }

    /// One of the events of the last wait.
    @inline(__always)
    package func event(_ index: Int) -> Event {
        precondition(index >= 0 && index < capacity, "no such event")
        return unsafe Event(token: events[index].token, flags: events[index].flags)
    }
}
