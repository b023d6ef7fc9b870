using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Tests.Images;

/// <summary>A registry's certificate, and ours for it: folders as Docker has them.</summary>
public sealed class TrustingRegistries : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shiplog-certs-").FullName;
    private readonly Pair _authority = Pair.Authority("CN=one"), _other = Pair.Authority("CN=other");
    private WebApplication _app = null!;
    private ClientCertificateMode _asks = ClientCertificateMode.NoCertificate;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Uri Address => new(_app.Urls.First());

    private string OfHost => Directory.CreateDirectory(Path.Combine(_folder, Address.Authority)).FullName;

    public ValueTask InitializeAsync() => new(ServeAsync("127.0.0.1"));

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        FileCalls.RemoveTree(_folder);
        _authority.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Only_an_authority_in_the_registrys_own_folder_is_trusted()
    {
        using var http = new RegistryHttp(_folder);
        await RefusesAsync(http);
        await File.WriteAllTextAsync(Path.Combine(OfHost, "ca.crt"), _other.Pem, Cancellation);
        await RefusesAsync(http);
        // Taken up without a restart.
        await File.WriteAllTextAsync(Path.Combine(OfHost, "second.crt"), _authority.Pem, Cancellation);
        (await AskAsync(http)).ShouldBe("");
    }

    [Fact]
    public async Task A_trusted_authority_does_not_make_another_name_right()
    {
        await _app.DisposeAsync();
        await ServeAsync("127.0.0.2");
        await File.WriteAllTextAsync(Path.Combine(OfHost, "ca.crt"), _authority.Pem, Cancellation);
        using var http = new RegistryHttp(_folder);
        await RefusesAsync(http);
    }

    [Fact]
    public async Task Our_own_certificate_is_shown_to_who_asks()
    {
        _asks = ClientCertificateMode.AllowCertificate;
        await _app.DisposeAsync();
        await ServeAsync("127.0.0.1");
        await File.WriteAllTextAsync(Path.Combine(OfHost, "ca.crt"), _authority.Pem, Cancellation);
        using var http = new RegistryHttp(_folder);
        (await AskAsync(http)).ShouldBe("");
        using var client = _authority.Sign("CN=this host", IPAddress.Loopback);
        await File.WriteAllTextAsync(Path.Combine(OfHost, "client.cert"), client.Pem, Cancellation);
        (await Should.ThrowAsync<RegistryException>(() => AskAsync(http))).Message
            .ShouldBe("missing key client.key for client certificate client.cert. CA certificates must use the extension .crt");
        await File.WriteAllTextAsync(Path.Combine(OfHost, "client.key"), client.KeyPem, Cancellation);
        (await AskAsync(http)).ShouldBe("CN=this host");
        File.Delete(Path.Combine(OfHost, "client.cert"));
        (await Should.ThrowAsync<RegistryException>(() => AskAsync(http))).Message.ShouldBe("missing client certificate client.cert for key client.key");
    }

    [Fact]
    public async Task A_file_that_is_no_certificate_is_named()
    {
        await File.WriteAllTextAsync(Path.Combine(OfHost, "client.cert"), "nonsense", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(OfHost, "client.key"), "nonsense", Cancellation);
        using var http = new RegistryHttp(_folder);
        (await Should.ThrowAsync<RegistryException>(() => AskAsync(http))).Message.ShouldStartWith($"{OfHost}/client.cert cannot be used: ");
    }

    private async Task ServeAsync(string name)
    {
        using var pair = _authority.Sign("CN=registry", IPAddress.Parse(name));
        // By way of PKCS#12: SslStream wants the key where the certificate is.
        var certificate = X509CertificateLoader.LoadPkcs12(X509Certificate2.CreateFromPem(pair.Pem, pair.KeyPem).Export(X509ContentType.Pkcs12), null);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate, https =>
        {
            https.ClientCertificateMode = _asks;
            https.AllowAnyClientCertificate();
        })));
        _app = builder.Build();
        _app.Run(context => context.Response.WriteAsync(context.Connection.ClientCertificate?.Subject ?? ""));
        await _app.StartAsync(Cancellation);
    }

    private async Task<string> AskAsync(RegistryHttp http)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address, "v2/"));
        request.Headers.ConnectionClose = true; // Or the certificate of the first question would do for the next.
        using var answer = await http.SendAsync(request, isInsecure: false, Cancellation);
        return await answer.Content.ReadAsStringAsync(Cancellation);
    }

    private async Task RefusesAsync(RegistryHttp http) =>
        (await Should.ThrowAsync<HttpRequestException>(() => AskAsync(http))).InnerException.ShouldBeOfType<AuthenticationException>();

    private sealed class Pair(X509Certificate2 certificate, ECDsa key) : IDisposable
    {
        private static readonly DateTimeOffset From = DateTimeOffset.UtcNow.AddDays(-1), Until = DateTimeOffset.UtcNow.AddDays(1);

        public string Pem => certificate.ExportCertificatePem();

        public string KeyPem => key.ExportECPrivateKeyPem();

        public static Pair Authority(string name)
        {
            var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
            return new Pair(request.CreateSelfSigned(From, Until), key);
        }

        public Pair Sign(string name, IPAddress address)
        {
            var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest(name, own, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(address);
            request.CertificateExtensions.Add(names.Build());
            return new Pair(request.Create(certificate, From, Until, [1, 2, 3]), own);
        }

        public void Dispose()
        {
            certificate.Dispose();
            key.Dispose();
        }
    }
}
