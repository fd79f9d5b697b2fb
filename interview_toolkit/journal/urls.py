from django.urls import path

from interview_toolkit.journal import views

ENTRY = "mon-parcours/journal/<uuid:public_id>"

urlpatterns = [
    path("mon-parcours/journal/", views.journal, name="journal"),
    path("mon-parcours/journal/nouvelle/", views.new_entry, name="new_entry"),
    path("mon-parcours/journal/partages/", views.shared_entries, name="shared_entries"),
    path("mon-parcours/journal/imprimer/", views.whole_journal, name="whole_journal"),
    path("mon-parcours/journal/exporter/", views.export, name="export_journal"),
    path(f"{ENTRY}/", views.entry, name="journal_entry"),
    path(f"{ENTRY}/modifier/", views.edit_entry, name="edit_entry"),
    path(f"{ENTRY}/supprimer/", views.delete_entry, name="delete_entry"),
    path(f"{ENTRY}/partager/", views.share_entry, name="share_entry"),
    path(f"{ENTRY}/partager/<int:pk>/reprendre/", views.revoke_share, name="revoke_share"),
]
