import CProxyShims
import Glibc

/// Memory whose pages the kernel hands out, zeroed, when they are first touched.
enum ZeroedMemory {
    /// Aligned to a cache line; traps when the address space is exhausted.
    static func allocate<Row: ~Copyable>(_ count: Int, of type: Row.Type) -> UnsafeMutablePointer<
        Row
    > {
        let size = max(1, count) * MemoryLayout<Row>.stride
        // One line before the rows holds their start, so that `free` needs no size.
        guard let memory = unsafe calloc(1, size + 128) else {
            preconditionFailure("cannot allocate \(size) bytes")
        }
        let aligned = unsafe (memory + 128).alignedDown(toMultipleOf: 64)
        unsafe (aligned - MemoryLayout<UnsafeMutableRawPointer>.size)
            .storeBytes(of: memory, as: UnsafeMutableRawPointer.self)
        return unsafe aligned.assumingMemoryBound(to: Row.self)
    }

    /// Lets the kernel have pages that hold nothing any more; takes milliseconds for a large heap.
    static func giveBack() { proxy_give_memory_back() }

    /// Gives back what `allocate` returned.
    static func free<Row: ~Copyable>(_ rows: UnsafeMutablePointer<Row>) {
        let start =
            unsafe UnsafeMutableRawPointer(rows) - MemoryLayout<UnsafeMutableRawPointer>.size
        unsafe Glibc.free(start.load(as: UnsafeMutableRawPointer.self))
    }
}

extension UnsafeMutableRawPointer {
    fileprivate func alignedDown(toMultipleOf alignment: UInt) -> UnsafeMutableRawPointer {
        unsafe self - Int(UInt(bitPattern: self) % alignment)
    }
}
