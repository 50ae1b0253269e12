import Model

/// One map as the control thread knows it: its versions, and the hash table workers look keys up in.
///
/// A change rebuilds the bucket it touches; the others are shared. Memory for workers is made by `rebuild`
/// alone, so until then an earlier copy of this value still is the whole truth.
struct MapTable {
    /// One key and value of one version.
    struct Entry {
        /// What `show map` prints before the key; never used twice.
        let reference: UInt64
        let key: String
        var value: String
        let hash: UInt32
        /// What workers read of it, nil until the next snapshot.
        var live: MapSnapshotEntry?

        /// Adds to the digest of its map.
        var digest: UInt64 {
            var hash = StateHash()
            hash.combine(key)
            hash.combine(value)
            return hash.value
        }
    }

    let name: String
    let display: String
    /// `curr_ver` of `show map`.
    private(set) var currentVersion: UInt32 = 0
    /// `next_ver`: the last version that was prepared.
    private(set) var nextVersion: UInt32 = 0
    private(set) var snapshot = MapSnapshot()
    private(set) var isDirty = true
    /// The sum over the entries of the current version.
    private(set) var digest: UInt64 = 0
    /// Differs from the boot files, or did.
    var isChanged = false
    /// Of the entries of the boot files.
    let bootDigest: UInt64
    /// Whether somebody asks for `takeUnsaved`.
    var keepsUnsaved = false
    /// Since `takeUnsaved`.
    private var unsaved: [StateChange.MapChange] = []
    /// Numbers of backends by name: a value that names one is resolved once, here.
    var backends: [String: Int32]

    private var entries: [UInt64: Entry] = [:]
    private var references: [String: [UInt64]] = [:]
    /// Versions in preparation, entries in order.
    private var pending: [UInt32: [(reference: UInt64, entry: MapEntry)]] = [:]
    private var lastReference: UInt64 = 0xfff
    /// False for a list of patterns, which have no values.
    let isMap: Bool
    let ignoresCase: Bool
    /// Some lookup has to look at the entries one by one.
    private let isListed: Bool
    let matches: Set<MatchKind>

    private var buckets = ChunkedArrayBuilder<RawArray<MapSnapshotEntry>>()
    private var bucketReferences: [[UInt64]] = []
    private var dirtyBuckets: Set<Int> = []
    private var lengths: [UInt32: Int] = [:]
    private var areLengthsDirty = true
    private var retiredTexts: [RawText] = []
    private var retiredBuckets: [RawArray<MapSnapshotEntry>] = []

    init(_ configuration: MapConfiguration, backends: [String: Int32]) {
        name = configuration.name
        display = configuration.display
        self.backends = backends
        var hash = StateHash()
        for entry in configuration.entries {
            hash.combine(entry.key)
            hash.combine(entry.value)
        }
        bootDigest = hash.value
        isMap = configuration.isMap
        ignoresCase = configuration.ignoresCase
        isListed = configuration.isListed
        matches = configuration.matches
        resize(toHold: configuration.entries.count)
        for entry in configuration.entries {
            lastReference += 1
            insert(entry, reference: lastReference)
        }
    }

    var count: Int { entries.count }

    /// The first value of a key, which is what a lookup finds.
    func value(of key: String) -> String? {
        references[key]?.first.flatMap { entries[$0]?.value }
    }

    /// Every entry in order of insertion.
    var sorted: [Entry] {
        entries.values.sorted { $0.reference < $1.reference }
    }

    /// Adds without looking for the key, as `add map` does.
    mutating func add(_ entry: MapEntry) {
        lastReference += 1
        note(
            .add(
                version: currentVersion,
                reference: lastReference,
                key: entry.key,
                value: entry.value
            )
        )
        insert(entry, reference: lastReference)
    }

    private mutating func insert(_ entry: MapEntry, reference: UInt64) {
        if entries.count >= bucketReferences.count * 8 { resize(toHold: entries.count * 2) }
        let made = Entry(
            reference: reference,
            key: entry.key,
            value: entry.value,
            hash: Self.hash(of: entry.key)
        )
        entries[reference] = made
        digest &+= made.digest
        references[entry.key, default: []].append(reference)
        let bucket = Int(made.hash) & (bucketReferences.count - 1)
        bucketReferences[bucket].append(reference)
        touch(bucket)
        let length = UInt32(entry.key.utf8.count)
        lengths[length, default: 0] += 1
        if lengths[length] == 1 { areLengthsDirty = true }
    }

    /// What a command means by `#0xREFERENCE`: one entry, or none when there is no such reference.
    static func reference(in word: String) -> UInt64? {
        word.hasPrefix("#0x") ? UInt64(word.dropFirst(3), radix: 16) : nil
    }

    /// Begins like a reference, but is none.
    static func isMalformedReference(_ word: String) -> Bool {
        word.hasPrefix("#0x") && word.utf8.count > 3 && reference(in: word) == nil
    }

    /// The entries that a key, or the reference of one, stands for.
    private func found(_ key: String) -> [UInt64] {
        guard let reference = Self.reference(in: key) else { return references[key] ?? [] }
        return entries[reference] == nil ? [] : [reference]
    }

    /// Changes every entry with the key or the one with the reference; false when there is none.
    mutating func set(_ key: String, to value: String) -> Bool {
        let found = found(key)
        for reference in found {
            guard var entry = entries[reference] else { continue }
            digest &-= entry.digest
            retire(&entry)
            entry.value = value
            digest &+= entry.digest
            entries[reference] = entry
            note(.set(reference: reference, value: value))
            touch(Int(entry.hash) & (bucketReferences.count - 1))
        }
        return !found.isEmpty
    }

    /// Removes every entry with the key or the one with the reference; false when there is none.
    mutating func remove(_ key: String) -> Bool {
        let found = found(key)
        for reference in found {
            guard var entry = entries.removeValue(forKey: reference) else { continue }
            let rest = references[entry.key]?.filter { $0 != reference } ?? []
            references[entry.key] = rest.isEmpty ? nil : rest
            note(.remove(reference: reference))
            let bucket = Int(entry.hash) & (bucketReferences.count - 1)
            bucketReferences[bucket].removeAll { $0 == reference }
            touch(bucket)
            forget(&entry)
        }
        return !found.isEmpty
    }

    /// Lets go of what workers read of an entry.
    private mutating func retire(_ entry: inout Entry) {
        guard let live = entry.live else { return }
        retiredTexts.append(live.key)
        retiredTexts.append(live.value)
        entry.live = nil
    }

    private mutating func forget(_ entry: inout Entry) {
        digest &-= entry.digest
        retire(&entry)
        let length = UInt32(entry.key.utf8.count)
        lengths[length, default: 1] -= 1
        if lengths[length] == 0 {
            lengths[length] = nil
            areLengthsDirty = true
        }
    }

    /// Removes everything from the current version.
    mutating func removeAll() {
        note(.clear(version: currentVersion))
        empty()
    }

    private mutating func empty() {
        for var entry in entries.values { retire(&entry) }
        entries = [:]
        digest = 0
        references = [:]
        lengths = [:]
        areLengthsDirty = true
        resize(toHold: 0)
    }

    private mutating func touch(_ bucket: Int) {
        dirtyBuckets.insert(bucket)
        isDirty = true
    }

    /// Spreads the entries over as many buckets as suit their number.
    private mutating func resize(toHold count: Int) {
        var size = 8
        while size * 4 < count { size *= 2 }
        for bucket in 0..<buckets.count { retiredBuckets.append(buckets[bucket]) }
        buckets.truncate(to: 0)
        for _ in 0..<size { buckets.append(.empty) }
        bucketReferences = Array(repeating: [], count: size)
        for entry in sorted {
            bucketReferences[Int(entry.hash) & (size - 1)].append(entry.reference)
        }
        dirtyBuckets = Set(bucketReferences.indices.filter { !bucketReferences[$0].isEmpty })
        isDirty = true
    }

    /// Makes the snapshot true again; adds what it no longer names to `retired`.
    mutating func rebuild(retired: inout [RetiredMemory]) {
        guard isDirty else { return }
        for bucket in dirtyBuckets {
            retiredBuckets.append(buckets[bucket])
            buckets[bucket] = .make(bucketReferences[bucket].compactMap { live($0) })
        }
        dirtyBuckets = []
        snapshot.buckets = buckets.publish(retired: &retired)
        if areLengthsDirty {
            retired.append(RetiredMemory(snapshot.keyLengths))
            snapshot.keyLengths = .make(lengths.keys.sorted())
            areLengthsDirty = false
        }
        if isListed { relist(retired: &retired) }
        retired.append(RetiredMemory(retiredTexts))
        retired.append(RetiredMemory(retiredBuckets))
        retiredTexts = []
        retiredBuckets = []
        isDirty = false
    }

    /// What workers read of an entry.
    private mutating func live(_ reference: UInt64) -> MapSnapshotEntry? {
        guard let entry = entries[reference] else { return nil }
        if let live = entry.live { return live }
        var live = MapSnapshotEntry()
        live.hash = entry.hash
        live.backend = backends[entry.value] ?? -1
        live.key = .make(entry.key)
        live.value = .make(entry.value)
        entries[reference]?.live = live
        return live
    }

    /// Makes the list of all entries anew, their keys read for every way they are matched.
    private mutating func relist(retired: inout [RetiredMemory]) {
        retired.append(RetiredMemory(snapshot.ordered))
        retired.append(RetiredMemory(regexes: snapshot.regexes))
        var regexes: [Regex] = []
        var listed: [ListedEntry] = []
        for entry in sorted {
            var pattern = Pattern()
            for match in [MatchKind.integer, .length, .address] where matches.contains(match) {
                pattern.read(entry.key, as: match)
            }
            if matches.contains(.regex),
                let regex = try? Regex.compile(entry.key, ignoresCase: false)
            {
                pattern.regex = Int32(regexes.count)
                regexes.append(regex)
            }
            guard let live = live(entry.reference) else { continue }
            listed.append(ListedEntry(pattern: pattern, entry: live))
        }
        snapshot.ordered = .make(listed)
        snapshot.regexes = .make(regexes)
    }

    static func hash(of key: String) -> UInt32 {
        var hash = MapHash()
        for byte in key.utf8 { hash.combine(byte) }
        return hash.value
    }
}

extension MapTable {
    /// Opens a version (`prepare map`); numbers wrap around.
    mutating func prepare() -> UInt32 {
        note(.prepare)
        nextVersion &+= 1
        pending[nextVersion] = []
        return nextVersion
    }

    /// Whether entries may be put into a version: the current one or one that was prepared.
    func isInFuture(_ version: UInt32) -> Bool {
        Int32(truncatingIfNeeded: version &- nextVersion) > 0
    }

    /// Adds to a version; what goes into one that is neither current nor in preparation is never seen.
    mutating func add(_ entry: MapEntry, version: UInt32) {
        guard version != currentVersion else { return add(entry) }
        guard pending[version] != nil else { return }
        lastReference += 1
        let reference = lastReference
        note(.add(version: version, reference: reference, key: entry.key, value: entry.value))
        pending[version]?.append((reference, entry))
    }

    /// Entries of a version in order, with their references.
    func dump(version: UInt32) -> [(reference: UInt64, entry: MapEntry)] {
        guard version == currentVersion else { return pending[version] ?? [] }
        return sorted.map { ($0.reference, MapEntry(key: $0.key, value: $0.value)) }
    }

    /// Discards the entries of a version.
    mutating func clear(version: UInt32) {
        if version == currentVersion {
            removeAll()
        } else if pending[version] != nil {
            note(.clear(version: version))
            pending[version] = []
        }
    }

    /// Makes a prepared version current and drops those before it; false when it was not prepared.
    mutating func commit(_ version: UInt32) -> Bool {
        let isNewer = Int32(truncatingIfNeeded: version &- currentVersion) > 0
        guard isNewer, !isInFuture(version) else { return false }
        let committed = pending[version] ?? []
        for old in pending.keys where Int32(truncatingIfNeeded: old &- version) <= 0 {
            pending[old] = nil
        }
        note(.commit(version: version))
        empty()
        resize(toHold: committed.count)
        currentVersion = version
        for (reference, entry) in committed { insert(entry, reference: reference) }
        return true
    }
}

// MARK: - Saving

extension MapTable {
    private mutating func note(_ change: StateChange.MapChange) {
        if keepsUnsaved { unsaved.append(change) }
    }

    /// What was changed since the last call.
    mutating func takeUnsaved() -> [StateChange.MapChange] {
        defer { unsaved = [] }
        return unsaved
    }

    /// The whole map.
    var image: StateChange.MapImage {
        StateChange.MapImage(
            name: name,
            bootDigest: bootDigest,
            currentVersion: currentVersion,
            nextVersion: nextVersion,
            lastReference: lastReference,
            entries: dump(version: currentVersion).map(Self.saved),
            pending: pending.keys.sorted().map { ($0, dump(version: $0).map(Self.saved)) }
        )
    }

    private static func saved(
        _ entry: (reference: UInt64, entry: MapEntry)
    ) -> StateChange.MapImage.Entry {
        .init(reference: entry.reference, key: entry.entry.key, value: entry.entry.value)
    }

    /// Becomes what an image says; false when it was made of other boot files.
    mutating func restore(_ image: StateChange.MapImage) -> Bool {
        guard image.bootDigest == bootDigest else { return false }
        empty()
        resize(toHold: image.entries.count)
        currentVersion = image.currentVersion
        nextVersion = image.nextVersion
        for entry in image.entries {
            insert(MapEntry(key: entry.key, value: entry.value), reference: entry.reference)
        }
        pending = [:]
        for (version, entries) in image.pending {
            pending[version] = entries.map {
                ($0.reference, MapEntry(key: $0.key, value: $0.value))
            }
        }
        lastReference = image.lastReference
        return true
    }

    /// Does what was done before a restart.
    mutating func apply(_ change: StateChange.MapChange) {
        switch change {
        case .add(let version, let reference, let key, let value):
            let entry = MapEntry(key: key, value: value)
            lastReference = max(lastReference, reference)
            if version == currentVersion {
                if entries[reference] == nil { insert(entry, reference: reference) }
            } else {
                pending[version]?.append((reference, entry))
            }
        case .set(let reference, let value):
            _ = set("#0x" + String(reference, radix: 16), to: value)
        case .remove(let reference): _ = remove("#0x" + String(reference, radix: 16))
        case .clear(let version): clear(version: version)
        case .prepare: _ = prepare()
        case .commit(let version): _ = commit(version)
        }
    }
}
