import CLibGit2

/// How we prove to a Git server who we are: the ssh agent first, then what the process was given.
///
/// Never printed, and only used in the child process that fetches.
package struct GitCredentials: Sendable {
    /// Path of a private key for ssh.
    package var sshKeyFile: String?
    package var username: String?
    /// Password or access token for https.
    package var password: String?

    package init() {}

    /// From `APUS_SSH_KEY`, `APUS_GIT_USERNAME` and `APUS_GIT_PASSWORD`.
    package init(environment: [String: String]) {
        sshKeyFile = environment["APUS_SSH_KEY"]
        username = environment["APUS_GIT_USERNAME"]
        password = environment["APUS_GIT_PASSWORD"]
    }

    /// Answers libgit2's questions, each way once: libgit2 asks again for as long as it is refused.
    final class Provider {
        private let credentials: GitCredentials
        private var tried: Set<String> = []

        init(_ credentials: GitCredentials) { self.credentials = credentials }

        static let callback: git_credential_acquire_cb = { out, _, username, allowed, payload in
            guard let payload = unsafe payload, let out = unsafe out else {
                return GIT_EAUTH.rawValue
            }
            let provider = unsafe Unmanaged<Provider>.fromOpaque(payload).takeUnretainedValue()
            let user = unsafe username.map { unsafe String(cString: $0) }
            return unsafe provider.answer(allowed, user, out)
        }

        private func answer(
            _ allowed: UInt32,
            _ user: String?,
            _ out: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>
        ) -> Int32 {
            let name = user ?? credentials.username ?? "git"
            if allowed & GIT_CREDENTIAL_USERNAME.rawValue != 0, tried.insert("name").inserted {
                return unsafe git_credential_username_new(out, name)
            }
            if allowed & GIT_CREDENTIAL_SSH_KEY.rawValue != 0 {
                if tried.insert("agent").inserted {
                    let code = unsafe git_credential_ssh_key_from_agent(out, name)
                    if code == 0 { return code }
                }
                if let key = credentials.sshKeyFile, tried.insert("key").inserted {
                    return unsafe git_credential_ssh_key_new(out, name, nil, key, "")
                }
            }
            if allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT.rawValue != 0,
                let password = credentials.password,
                tried.insert("password").inserted
            {
                return unsafe git_credential_userpass_plaintext_new(out, name, password)
            }
            return GIT_EAUTH.rawValue
        }
    }
}
