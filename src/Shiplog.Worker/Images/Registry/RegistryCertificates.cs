using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Images.Registry;

/// <summary>
/// What a registry's own folder holds, by Docker's rules: <c>*.crt</c> are certificates of authorities that are trusted for this
/// registry beside the system's; <c>NAME.cert</c> with <c>NAME.key</c> is shown to a registry that asks who we are.
/// </summary>
internal sealed record RegistryCertificates(X509Certificate2Collection Authorities, X509Certificate2Collection Own)
{
    /// <exception cref="RegistryException">A file is no certificate, or one of a pair is missing.</exception>
    public static RegistryCertificates Load(string folder)
    {
        var (authorities, own) = (new X509Certificate2Collection(), new X509Certificate2Collection());
        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            var (certificate, key) = (Path.ChangeExtension(file, ".cert"), Path.ChangeExtension(file, ".key"));
            try
            {
                switch (Path.GetExtension(file))
                {
                    case ".crt":
                        authorities.ImportFromPemFile(file);
                        break;
                    case ".cert" when !File.Exists(key):
                        throw Wrong($"missing key {Path.GetFileName(key)} for client certificate {Path.GetFileName(file)}. CA certificates must use the extension .crt");
                    case ".key" when !File.Exists(certificate):
                        throw Wrong($"missing client certificate {Path.GetFileName(certificate)} for key {Path.GetFileName(file)}");
                    case ".cert":
                        own.Add(X509Certificate2.CreateFromPemFile(file, key));
                        break;
                }
            }
            catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
            {
                throw Wrong($"{file} cannot be used: {e.Message}", e);
            }
        }
        return new RegistryCertificates(authorities, own);
    }

    /// <summary>Whether a certificate that the system does not trust is trusted for this registry.</summary>
    public bool Trusts(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        // Another name on it, or none at all, is none the better for who has signed it.
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is null || Authorities.Count == 0)
            return errors == SslPolicyErrors.None;
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(Authorities);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (var element in chain?.ChainElements.Select(e => e.Certificate) ?? [])
            own.ChainPolicy.ExtraStore.Add(element);
        return own.Build((X509Certificate2)certificate);
    }

    private static RegistryException Wrong(string message, Exception? inner = null) => new(FailureKind.Invalid, message, isFinal: true, inner);
}
