import Model
import Synchronization

/// The state file on disk: records are appended as they are accepted, and made durable by a helper thread.
///
/// After `kill -9` nothing accepted is missing, because a reply follows the write; a power cut loses at most
/// what came within `syncInterval`. A new image is written beside the file while both take further records,
/// and takes its name once it is durable: at every moment one whole file has the name.
final class JournalFile: StateJournal {
    /// How often what was written is made durable, in milliseconds.
    static let syncInterval = Milliseconds(100)
    /// Room that is reserved ahead, in bytes: more than one batch of commands needs.
    private static let reserve = 4 << 20
    private static let imageSlack = 1 << 20

    private let path: String
    private var file: AppendFile
    private var length: Int
    private var imageLength: Int
    private var reserved: Int
    private var next: (file: AppendFile, length: Int)?
    private let keeper = FileKeeper()
    /// Why the file does not hold what it should.
    private var failure: String?
    private let now: () -> Milliseconds
    private var triedAt = Milliseconds(-1_000_000)

    /// Goes on with a file whose first `length` bytes are sound; `now` is asked only while there is no room.
    init(path: String, length: Int, now: @escaping () -> Milliseconds) throws(AppendFile.Failure) {
        self.path = path
        self.length = length
        self.now = now
        imageLength = length
        reserved = length
        file = try AppendFile(path)
        try file.truncate(to: length)
        keeper.start()
    }

    deinit { keeper.stop() }

    /// Writes a new file; it has its name only when it is whole.
    static func create(_ content: [UInt8], at path: String) throws(AppendFile.Failure) {
        let file = try AppendFile(path + ".new", isEmptied: true)
        try file.write(content, at: 0)
        try file.sync()
        try AppendFile.rename(path + ".new", to: path)
    }

    var refusal: String? {
        if let failure { return failure }
        guard reserved - length < Self.reserve / 2 else { return nil }
        // A full disk is not asked for each command anew.
        guard now().count - triedAt.count >= 100 else { return noRoom }
        do throws(AppendFile.Failure) {
            try file.reserve(Self.reserve, from: length)
            reserved = length + Self.reserve
            noRoom = nil
        } catch {
            triedAt = now()
            noRoom = "State file '\(path)': \(error.reason); nothing was changed."
        }
        return noRoom
    }

    private var noRoom: String?

    func append(_ record: [UInt8]) -> String? {
        finishReplacement()
        do throws(AppendFile.Failure) {
            try file.write(record, at: length)
        } catch {
            failure =
                "State file '\(path)': \(error.reason); nothing is changed until it can be written anew."
            return "State file '\(path)': \(error.reason)."
        }
        length += record.count
        keeper.sync(file)
        appendToNext(record)
        return nil
    }

    private func appendToNext(_ record: [UInt8]) {
        guard let (file, length) = next else { return }
        do throws(AppendFile.Failure) {
            try file.write(record, at: length)
            next = (file, length + record.count)
        } catch {
            abandonNext()
        }
    }

    private func abandonNext() {
        keeper.forgetImage()
        next = nil
        SystemProcess.remove(path + ".new")
    }

    var wantsImage: Bool {
        finishReplacement()
        guard next == nil else { return false }
        if failure != nil {
            guard now().count - triedAt.count >= 1000 else { return false }
            triedAt = now()
            return true
        }
        return length > 2 * imageLength + Self.imageSlack
    }

    func replace(with content: [UInt8]) {
        do throws(AppendFile.Failure) {
            let file = try AppendFile(path + ".new", isEmptied: true)
            try file.write(content, at: 0)
            next = (file, content.count)
            imageLength = content.count
            keeper.install(file, as: path)
        } catch {
            SystemProcess.remove(path + ".new")
            imageLength = length
        }
    }

    /// Goes over to the new file once the helper has given it the name.
    private func finishReplacement() {
        guard let (file, length) = next, let isInstalled = keeper.takeInstalled() else { return }
        guard isInstalled else { return abandonNext() }
        self.file = file
        self.length = length
        reserved = length
        next = nil
        failure = nil
    }
}
