//! The README of a bundle: how to verify it with tools that are not ours.

/// The text, in Chinese and English.
pub fn text(origin: &str, size: u64, whole: bool) -> String {
    let (contents_zh, contents_en) = if whole {
        (
            "本证据包含台账的全部事件：`tile/entries/` 为叶子，`tile/0/…` 为哈希瓦片，`checkpoints/` 为保留的全部检查点。",
            "This bundle holds every event of the ledger: leaves in `tile/entries/`, hash tiles in `tile/0/…`, every retained checkpoint in `checkpoints/`.",
        )
    } else {
        (
            "本证据包只含部分事件：`entries/<位置>` 为事件的原始字节，`proofs/<位置>.tlog-proof` 为其包含证明。",
            "This bundle holds some events: `entries/<position>` are their exact bytes, `proofs/<position>.tlog-proof` their inclusion proofs.",
        )
    };
    format!(
        "# 台账证据包 · Evidence bundle\n\n\
         台账 · log: `{origin}`  \n检查点 · checkpoint: {size} 个事件 · events\n\n\
         {contents_zh}\n\n{contents_en}\n\n{STEPS}"
    )
}

const STEPS: &str = r#"## 核验步骤

1. 文件完整：`sha256sum -c SHA256SUMS`。
2. 公钥：`log.vkey` 应与您此前从台账单位或见证方另行取得的公钥相同；只信任包内公钥等于什么也没有核验。
3. 检查点签名：`checkpoint` 是 C2SP signed-note，Ed25519 签名覆盖空行之前的全部文本（含换行）。
4. 包含证明：叶子哈希为 SHA-256(0x00 ‖ 事件字节)，节点哈希为 SHA-256(0x01 ‖ 左 ‖ 右)，即 RFC 6962。
5. 一致性：若您持有较早的检查点，用 `consistency/<旧>-<新>` 按 RFC 6962 第 2.1.2 节核验旧树是新树的开头。
6. 政策参数：决定中 `rule_version` 末尾的 12 位应等于
   `grep ' policy/' SHA256SUMS | cut -c67- | xargs cat | sha256sum | cut -c1-12`。`policy/published-<位置>.toml` 是台账单位在该
   位置发布的参数；发布之前作出的决定，计算时去掉这些文件。
7. 打开的个人信息：`opened.jsonl` 每行给出一个加密值的专用密钥（base64）。密文 `s1.c.…` 或 `s1.v.…` 前缀之后为无填充的
   base64url：随机数 12 字节 ‖ 承诺 16 字节 ‖ AES-256-GCM-SIV 密文与标签。承诺为 HMAC-SHA256(密钥, 00 00 00 00 00 00 00 0a ‖
   "commitment") 的前 16 字节；关联数据为 "value|s1|" ‖ 类别 ‖ "|" ‖ 人员编号 16 字节 ‖ 字段。其他值保持加密。
8. `README.md` 与 `report.jsonl` 只由 `SHA256SUMS` 保护，不在签名之内。

第三方工具（均不出自本单位，均能读这些文件）：Python 包 `aics-tlog`（Python 3.12 起）与 `proofbundle`，Go 的
`golang.org/x/mod/sumdb/note` 与 `tlog`（Debian 包 `golang-golang-x-mod-dev`），Rust 包 `signed_note` 与 `tlog_tiles`。例如
（`known.vkey` 为您另行取得的公钥，不要放在证据包目录内）：

    aics-tlog verify-checkpoint --note checkpoint --vkey-file ../known.vkey
    aics-tlog verify-inclusion --tiles . --index 0 --vkey-file ../known.vkey              # 完整证据包
    aics-tlog verify-consistency --old-checkpoint ../旧检查点 --tiles . --vkey-file ../known.vkey

我们自己的核验程序：`ledger audit verify <目录> [旧检查点…] --key <公钥>`，无需数据库。

## Steps

1. Files are whole: `sha256sum -c SHA256SUMS`.
2. The key: `log.vkey` must be the key that you got earlier from the office or a witness in another way; to trust the key in
   the bundle alone verifies nothing.
3. The checkpoint's signature: `checkpoint` is a C2SP signed note; the Ed25519 signature covers the whole text before the
   empty line, with its last line end.
4. Inclusion: a leaf's hash is SHA-256(0x00 ‖ entry), a node's SHA-256(0x01 ‖ left ‖ right), as in RFC 6962.
5. Consistency: with an older checkpoint of yours, `consistency/<old>-<new>` proves by RFC 6962, section 2.1.2, that the
   old tree is the beginning of the new one.
6. Policy parameters: the last 12 digits of the `rule_version` in decisions are those of
   `grep ' policy/' SHA256SUMS | cut -c67- | xargs cat | sha256sum | cut -c1-12`. `policy/published-<position>.toml` holds
   rates that the office published at that position; leave it out for what was decided before.
7. Opened personal values: each line of `opened.jsonl` gives the key (base64) of one sealed value. Behind its prefix
   `s1.c.` or `s1.v.` a sealed value is base64url without padding: nonce of 12 bytes ‖ commitment of 16 ‖ AES-256-GCM-SIV
   ciphertext with its tag. The commitment is the first 16 bytes of HMAC-SHA256(key, 00 00 00 00 00 00 00 0a ‖
   "commitment"); the associated data is "value|s1|" ‖ class ‖ "|" ‖ 16 bytes of the person's id ‖ label. Every other value
   stays sealed.
8. `README.md` and `report.jsonl` are protected by `SHA256SUMS` alone; no signature covers them.

Tools of others that read these files: the Python packages `aics-tlog` (from Python 3.12) and `proofbundle`, Go's
`golang.org/x/mod/sumdb/note` and `tlog` (Debian: `golang-golang-x-mod-dev`), the Rust crates `signed_note` and `tlog_tiles`.
For instance (`known.vkey` is the key that you know from elsewhere; keep it outside of the bundle):

    aics-tlog verify-checkpoint --note checkpoint --vkey-file ../known.vkey
    aics-tlog verify-inclusion --tiles . --index 0 --vkey-file ../known.vkey              # a bundle of all events
    aics-tlog verify-consistency --old-checkpoint ../older --tiles . --vkey-file ../known.vkey

Our own: `ledger audit verify DIR [OLD_CHECKPOINT…] --key KEY`, which needs no database.
"#;
