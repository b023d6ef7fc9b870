using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Shiplog.EndToEnd.Tests.Running;

/// <summary>
/// Debian's docker-registry as a company has it: TLS by an authority of its own, and for those with a password only. On an address
/// that is not loopback, where no engine is lenient.
/// </summary>
internal sealed class PrivateRegistry : IAsyncDisposable
{
    public const string User = "alice", Password = "open sesame";

    private const string Address = "10.99.0.1";

    // bcrypt of the password.
    private const string Known = "$2b$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW";

    private readonly string _folder = Directory.CreateDirectory(Path.Combine(RunningInstance.Folder, "private-registry")).FullName;
    private Process? _process;

    public string Host { get; } = Address + ":5443";

    /// <summary>PEM.</summary>
    public string Authority { get; private set; } = "";

    public async Task StartAsync()
    {
        (await Command.RunAsync("ip", ["address", "add", Address + "/32", "dev", "lo"])).Succeeded();
        await MakeCertificatesAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder, "htpasswd"), $"{User}:{Known}\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "config.yml"), $$"""
            version: 0.1
            storage: { filesystem: { rootdirectory: {{_folder}}/data } }
            http: { addr: "{{Host}}", tls: { certificate: {{_folder}}/server.crt, key: {{_folder}}/server.key } }
            auth: { htpasswd: { realm: private, path: {{_folder}}/htpasswd } }
            """);
        _process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", Path.Combine(_folder, "config.yml")]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await Eventually.IsTrueAsync(async () => (await Command.RunAsync("curl", ["-sk", "-o", "/dev/null", $"https://{Host}/v2/"])).ExitCode == 0);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        (await Command.RunAsync("ip", ["address", "del", Address + "/32", "dev", "lo"])).Succeeded();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task MakeCertificatesAsync()
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=A company's authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var (from, until) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var authority = request.CreateSelfSigned(from, until);
        Authority = authority.ExportCertificatePem();

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest("CN=registry", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(Address));
        server.CertificateExtensions.Add(names.Build());
        using var certificate = server.Create(authority, from, until, [1, 2, 3]);
        await File.WriteAllTextAsync(Path.Combine(_folder, "server.crt"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "server.key"), key.ExportECPrivateKeyPem());
    }
}
