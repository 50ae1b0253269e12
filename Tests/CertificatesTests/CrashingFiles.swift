import Certificates
import Synchronization

/// A disk that stops at a given step, and then holds what was synced, or also what was not: both may happen.
final class CrashingFiles: DurableFiles {
    /// What is left after the crash of what nobody had synced.
    enum Leftover: CaseIterable {
        /// Nothing: neither bytes nor names.
        case nothing
        /// Names, of files that are empty as their bytes never came.
        case names
        /// Everything, as if it had been synced.
        case everything
    }

    private struct State {
        /// What programs see, and what a crash leaves for certain.
        var files: [String: [UInt8]] = [:]
        var synced: [String: [UInt8]] = [:]
        var durable: [String: [UInt8]] = [:]
        var steps = 0
        var limit: Int?
    }

    private let state = Mutex(State())

    /// Steps taken so far.
    var steps: Int { state.withLock { $0.steps } }
    /// What programs see now.
    var files: [String: [UInt8]] { state.withLock { $0.files } }

    /// The machine stops instead of taking step `count` from now.
    func crash(afterSteps count: Int?) {
        state.withLock { state in state.limit = count.map { state.steps + $0 } }
    }

    /// The machine starts again.
    func restart(leaving leftover: Leftover) {
        state.withLock { state in
            switch leftover {
            case .nothing: state.files = state.durable
            case .names:
                for (name, _) in state.files {
                    state.files[name] = state.synced[name] ?? state.durable[name] ?? []
                }
            case .everything: break
            }
            state.synced = state.files
            state.durable = state.files
            state.limit = nil
        }
    }

    private func step<Value: Sendable>(
        _ path: String,
        _ body: (inout State) -> Value
    ) throws(StoreError) -> Value {
        let value: Value? = state.withLock { state in
            if let limit = state.limit, state.steps >= limit { return nil }
            state.steps += 1
            return body(&state)
        }
        guard let value else { throw StoreError("reach", path, "the machine stopped") }
        return value
    }

    func names(in folder: String) throws(StoreError) -> [String] {
        try step(folder) { state in
            state.files.keys.filter { $0.hasPrefix(folder + "/") }
                .map { String($0.dropFirst(folder.count + 1)) }
                .filter { !$0.contains("/") }.sorted()
        }
    }

    func read(_ path: String) throws(StoreError) -> [UInt8]? {
        try step(path) { state in .some(state.files[path]) } ?? nil
    }

    func makeFolder(_ path: String) throws(StoreError) { try step(path) { _ in } }

    func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
        try step(path) { state in
            state.files[path] = bytes
            state.synced[path] = nil
        }
    }

    func sync(_ path: String) throws(StoreError) {
        try step(path) { state in state.synced[path] = state.files[path] }
    }

    func replace(_ path: String) throws(StoreError) {
        try step(path) { state in
            state.files[path] = state.files.removeValue(forKey: path + ".new")
            state.synced[path] = state.synced.removeValue(forKey: path + ".new")
        }
    }

    func syncFolder(_ path: String) throws(StoreError) {
        try step(path) { state in
            for name in Set(state.files.keys).union(state.durable.keys)
            where name.hasPrefix(path + "/") {
                state.durable[name] = state.files[name] == nil ? nil : state.synced[name] ?? []
            }
        }
    }

    func remove(_ path: String) throws(StoreError) {
        try step(path) { state in
            state.files[path] = nil
            state.synced[path] = nil
        }
    }
}
