import Model
import Synchronization

/// The thread that waits for the disk, so that the control thread need not.
final class FileKeeper: Sendable {
    private struct Orders: Sendable {
        /// To be made durable.
        var dirty: AppendFile?
        /// To be made durable and given its name.
        var image: (file: AppendFile, path: String)?
        var installed: Bool?
        var stops = false
    }

    private let wakeup = Wakeup()
    private let orders = Mutex(Orders())
    private let thread = Mutex(ThreadGroup())

    func start() {
        thread.withLock { group in
            group.start {
                var loop = EpollLoop()
                loop.watchLevel(self.wakeup.descriptor, token: 0)
                while true {
                    _ = loop.wait(milliseconds: 1000)
                    self.wakeup.clear()
                    if self.carryOut() { return }
                }
            }
        }
    }

    /// Ends the thread; what was ordered is carried out first.
    func stop() {
        orders.withLock { $0.stops = true }
        wakeup.signal()
        thread.withLock { $0.join() }
    }

    /// Makes a file durable soon; many orders together cost one.
    func sync(_ file: AppendFile) {
        let isFirst = orders.withLock { orders in
            defer { orders.dirty = file }
            return orders.dirty == nil
        }
        if isFirst { wakeup.signal() }
    }

    /// Makes a file durable and gives it the name, then `takeInstalled` answers.
    func install(_ file: AppendFile, as path: String) {
        orders.withLock {
            $0.image = (file, path)
            $0.installed = nil
        }
        wakeup.signal()
    }

    /// What became of the last `install`; nil while it goes on.
    func takeInstalled() -> Bool? {
        orders.withLock { orders in
            defer { orders.installed = nil }
            return orders.installed
        }
    }

    /// The file is not to be installed any more; when that has begun, it is finished first.
    func forgetImage() {
        orders.withLock { $0.image = nil }
    }

    /// Works off what was ordered; true when the thread is to end.
    private func carryOut() -> Bool {
        let (due, stops) = orders.withLock { orders in
            defer { orders.dirty = nil }
            return (orders, orders.stops)
        }
        if let image = due.image { install(image.file, image.path) }
        if let dirty = due.dirty {
            // The next write says what is wrong with the disk.
            try? dirty.sync()
            if !stops { pause() }
        }
        return stops
    }

    private func install(_ file: AppendFile, _ path: String) {
        var isInstalled = false
        do throws(AppendFile.Failure) {
            try file.sync()
            try AppendFile.rename(file.path, to: path)
            isInstalled = true
        } catch {
            isInstalled = false
        }
        orders.withLock { orders in
            guard orders.image?.file === file else { return }
            orders.image = nil
            orders.installed = isInstalled
        }
    }

    /// Lets further orders gather.
    private func pause() {
        var loop = EpollLoop()
        _ = loop.wait(milliseconds: Int32(JournalFile.syncInterval.count))
    }
}
