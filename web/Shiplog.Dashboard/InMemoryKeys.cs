using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace Shiplog.Dashboard;

/// <summary>
/// Keeps the keys that guard a page's circuit in this process: circuits do not outlive it, so no key needs to lie on a disk.
/// </summary>
internal sealed class InMemoryKeys : IXmlRepository
{
    private readonly Lock _gate = new();
    private readonly List<XElement> _keys = [];

    public static void Use(KeyManagementOptions options)
    {
        options.XmlRepository = new InMemoryKeys();
        options.XmlEncryptor = new NullXmlEncryptor();
    }

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        lock (_gate)
            return [.. _keys];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        lock (_gate)
            _keys.Add(element);
    }
}
